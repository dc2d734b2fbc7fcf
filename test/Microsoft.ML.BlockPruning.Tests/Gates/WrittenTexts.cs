using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Finds every text that a source file makes, whatever becomes of it; with … for what is filled in.</summary>
internal static class WrittenTexts
{
    /// <summary>Whole texts: the summands of a sum are not told by themselves.</summary>
    public static IEnumerable<string> In(string source) =>
        from text in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<ExpressionSyntax>()
        where !IsPart(text)
        from message in ExceptionMessages.Written(text)
        select message;

    private static bool IsPart(ExpressionSyntax text) => text.Parent is ParenthesizedExpressionSyntax
        || (text.Parent is BinaryExpressionSyntax sum && sum.IsKind(SyntaxKind.AddExpression));
}
