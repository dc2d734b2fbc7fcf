using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>What a public member throws stands in its documentation. (That it has a summary, the compiler sees to: CS1591.)</summary>
[TestClass]
public sealed class DocumentedExceptionsTests
{
    [TestMethod]
    public void PublicMember_DocumentsWhatItThrows()
    {
        string[] silent =
        [
            .. from file in RepositoryFiles.Below("src/Microsoft.ML.BlockPruning", "*.cs")
               from member in CSharpSyntaxTree.ParseText(string.Join('\n', RepositoryFiles.ReadLines(file))).GetRoot().DescendantNodes()
                   .OfType<BaseMethodDeclarationSyntax>()
               where IsPublic(member) && member.Ancestors().OfType<TypeDeclarationSyntax>().All(IsPublic)
               where Throws(member) && !IsDocumented(member)
               select $"{file}: {NameOf(member)} throws and has no <exception>.",
        ];

        Assert.AreEqual("", string.Join('\n', silent));
    }

    [TestMethod]
    [DataRow("/// <summary>A.</summary>\npublic void A(int n) { ArgumentOutOfRangeException.ThrowIfNegative(n); }", true)]
    [DataRow("/// <summary>A.</summary>\npublic int A() => throw new IOException();", true)]
    [DataRow("/// <exception cref=\"IOException\">x</exception>\npublic int A() => throw new IOException();", false)]
    [DataRow("/// <summary>A.</summary>\npublic void A(string s) { ArgumentNullException.ThrowIfNull(s); }", false)]
    public void Check_SeesThrowsAndGuards_ButNotThoseForNull(string member, bool isFound)
    {
        var parsed = CSharpSyntaxTree.ParseText($"public class C {{ {member} }}").GetRoot().DescendantNodes()
            .OfType<BaseMethodDeclarationSyntax>().Single();

        Assert.AreEqual(isFound, Throws(parsed) && !IsDocumented(parsed));
    }

    private static bool IsPublic(MemberDeclarationSyntax member) => member.Modifiers.Any(SyntaxKind.PublicKeyword);

    // Nullable annotations say already that null is refused.
    private static bool Throws(BaseMethodDeclarationSyntax member) => member.DescendantNodes().Any(node =>
        node is ThrowExpressionSyntax or ThrowStatementSyntax
        || (node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax guard }
            && guard.Name.Identifier.Text.StartsWith("ThrowIf", StringComparison.Ordinal)
            && guard.Name.Identifier.Text != "ThrowIfNull"
            && guard.Expression.ToString().EndsWith("Exception", StringComparison.Ordinal)));

    private static bool IsDocumented(BaseMethodDeclarationSyntax member)
    {
        string documentation = member.GetLeadingTrivia().ToFullString();
        return documentation.Contains("<exception ", StringComparison.Ordinal)
            || documentation.Contains("<inheritdoc", StringComparison.Ordinal);
    }

    private static string NameOf(BaseMethodDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => member.ToString().Split('\n')[0],
    };
}
