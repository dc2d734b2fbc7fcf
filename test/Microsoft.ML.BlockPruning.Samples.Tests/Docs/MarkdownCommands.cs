using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>The command lines of every page: those of blocks, and those of sentences and tables.</summary>
internal static partial class MarkdownCommands
{
    private static readonly string[] ShellFences = ["", "bash", "sh", "shell", "console"];
    private static readonly string[] Generated = ["bin", "obj", "artifacts", ".git", ".vs"];

    /// <summary>All pages that people write, from the repository's root, with forward slashes.</summary>
    public static IEnumerable<string> Pages =>
        from file in Directory.EnumerateFiles(RepositoryRoot.Path, "*.md", SearchOption.AllDirectories)
        let page = Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')
        where !page.Split('/').Intersect(Generated).Any()
        orderby page
        select page;

    /// <summary>The commands of a page, in the order in which a reader meets them.</summary>
    public static IEnumerable<DocumentedCommand> Of(string page)
    {
        string? fence = null;
        string pending = "";
        foreach (string line in File.ReadLines(Path.Combine(RepositoryRoot.Path, page)))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                fence = fence is null ? line.Trim()[3..] : null;
            }
            else if (fence is not null && ShellFences.Contains(fence))
            {
                pending += Comment().Replace(line, "").Trim();
                if (pending.EndsWith('\\'))
                {
                    pending = pending[..^1];
                    continue;
                }

                if (Command().IsMatch(pending))
                {
                    yield return new DocumentedCommand(page, pending, IsBlock: true);
                }

                pending = "";
            }
            else if (fence is null)
            {
                foreach (Match span in Span().Matches(line).Where(span => Command().IsMatch(span.Groups["text"].Value)))
                {
                    string text = span.Groups["text"].Value.Replace(@"\|", "|", StringComparison.Ordinal);
                    yield return new DocumentedCommand(page, text, IsBlock: false);
                }
            }
        }
    }

    [GeneratedRegex(@"^(blockprune|dotnet (run|build|exec|test|format)|bash eng/|eng/[\w/-]+\.sh)\b")]
    private static partial Regex Command();

    [GeneratedRegex(@"(^|\s)#.*$|\[.*$")] // what follows a bracket may be left out
    private static partial Regex Comment();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Span();
}
