using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Finds what a program tells its user on the error stream, besides the exceptions that it makes.</summary>
/// <remarks>
/// Arguments of <c>AddError</c>, which refuses an option, and of <c>WriteLine</c> and <c>WriteLineAsync</c> of a writer whose name ends in
/// <c>error</c>; and lines that a method yields one by one.
/// </remarks>
internal static class PrintedMessages
{
    private const string Refuses = "AddError";

    /// <summary>The texts in order, white space squeezed.</summary>
    public static IEnumerable<string> In(string source) =>
        from node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes()
        from text in TextsOf(node)
        from message in ExceptionMessages.Written(text)
        select message;

    private static IEnumerable<ExpressionSyntax> TextsOf(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called } call when IsPrinting(called) =>
            call.ArgumentList.Arguments.Select(argument => argument.Expression),
        YieldStatementSyntax { Expression: { } line } => [line],
        _ => [],
    };

    private static bool IsPrinting(MemberAccessExpressionSyntax called) => called.Name.Identifier.Text switch
    {
        Refuses => true,
        "WriteLine" or "WriteLineAsync" => called.Expression.ToString().EndsWith("error", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
