using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Finds the texts of the exceptions that a source file makes, with … for what is filled in when they are made.</summary>
/// <remarks>
/// A text is an argument of <c>new SomethingException(…)</c>, or of a call whose result is thrown, that is written there: literals,
/// interpolated strings, sums and choices of them. Texts that are only passed on (<c>error.Message</c>, a variable) are not seen.
/// Guards such as <c>ThrowIfNull</c> throw nothing here and have .NET's own texts; <c>Debug.Assert</c> throws nothing.
/// </remarks>
internal static partial class ExceptionMessages
{
    public const char Placeholder = '…';

    /// <summary>The texts in order, white space squeezed.</summary>
    public static IEnumerable<string> In(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        return
            from arguments in root.DescendantNodes().Select(ArgumentsOf).OfType<ArgumentListSyntax>()
            from argument in arguments.Arguments
            from message in Written(argument.Expression)
            select message;
    }

    /// <summary>The texts that an expression may come to, as far as they are written there.</summary>
    public static IEnumerable<string> Written(ExpressionSyntax expression) =>
        TextsOf(expression).Select(Squeeze).Where(message => message.Any(char.IsLetter));

    /// <summary>One space for every run of white space, one … for every run of them.</summary>
    public static string Squeeze(string text) => Placeholders().Replace(WhiteSpace().Replace(text, " "), $"{Placeholder}").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("…+")]
    private static partial Regex Placeholders();

    /// <summary>What an exception is made of; null where the node makes none.</summary>
    private static ArgumentListSyntax? ArgumentsOf(SyntaxNode node) => node switch
    {
        ObjectCreationExpressionSyntax named => IsException(named.Type) ? named.ArgumentList : null,
        ImplicitObjectCreationExpressionSyntax unnamed => IsThrown(node) || IsReturned(node) ? unnamed.ArgumentList : null,
        InvocationExpressionSyntax call => IsThrown(node) || IsReturned(node) ? call.ArgumentList : null,
        _ => null,
    };

    private static bool IsThrown(SyntaxNode node) => node.Parent is ThrowExpressionSyntax or ThrowStatementSyntax;

    /// <summary>Whether the node is all that a method gives back, and an exception.</summary>
    private static bool IsReturned(SyntaxNode node) => node.Parent is ArrowExpressionClauseSyntax or ReturnStatementSyntax
        && node.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method && IsException(method.ReturnType);

    private static bool IsException(TypeSyntax type) =>
        type.ToString().TrimEnd('?').EndsWith("Exception", StringComparison.Ordinal);

    /// <summary>Every text that the expression may come to; none where it is not written here.</summary>
    private static IEnumerable<string> TextsOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => [literal.Token.ValueText],
        InterpolatedStringExpressionSyntax interpolated => [TextOf(interpolated)],
        ParenthesizedExpressionSyntax inner => TextsOf(inner.Expression),
        ConditionalExpressionSyntax choice => TextsOf(choice.WhenTrue).Concat(TextsOf(choice.WhenFalse)),
        SwitchExpressionSyntax choice => choice.Arms.SelectMany(arm => TextsOf(arm.Expression)),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => Sums(sum),
        InvocationExpressionSyntax formatted when IsFormatting(formatted) =>
            formatted.ArgumentList.Arguments.SelectMany(argument => TextsOf(argument.Expression)),
        _ => [],
    };

    // A summand that is not written here is filled in later.
    private static IEnumerable<string> Sums(BinaryExpressionSyntax sum)
    {
        string[] left = [.. TextsOf(sum.Left)];
        string[] right = [.. TextsOf(sum.Right)];
        return left.Length + right.Length == 0
            ? []
            : from first in left.DefaultIfEmpty($"{Placeholder}")
              from second in right.DefaultIfEmpty($"{Placeholder}")
              select first + second;
    }

    private static bool IsFormatting(InvocationExpressionSyntax call) =>
        call.Expression.ToString() is "string.Create" or "FormattableString.Invariant";

    private static string TextOf(InterpolatedStringExpressionSyntax interpolated)
    {
        var text = new StringBuilder();
        foreach (var part in interpolated.Contents)
        {
            text.Append(part is InterpolatedStringTextSyntax written ? written.TextToken.ValueText : Placeholder);
        }

        return text.ToString();
    }
}
