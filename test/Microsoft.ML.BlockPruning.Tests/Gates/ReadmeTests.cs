using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Compares what the READMEs and the pages in docs say with what is there; it never writes them.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private const string Library = "src/Microsoft.ML.BlockPruning";
    private static readonly string[] ShellFences = ["", "bash", "sh", "shell", "console"];

    private static IEnumerable<string> Readmes => RepositoryFiles.Below(".", "*.md");

    [TestMethod]
    public void Readme_BeginsWithTheTwoCommandsOfANewcomer()
    {
        string[] commands = [.. Fences("README.md").Where(fence => ShellFences.Contains(fence.Language)).SelectMany(fence => fence.Lines)];

        CollectionAssert.Contains(commands, "dotnet run -c Release --project src/Samples/Quickstart");
        CollectionAssert.Contains(commands, "bash eng/test.sh");
    }

    [TestMethod]
    public void Readme_CommandsNameFilesThatExist()
    {
        var missing =
            from readme in Readmes
            from fence in Fences(readme).Where(fence => ShellFences.Contains(fence.Language))
            from line in fence.Lines
            from Match path in RepositoryPath().Matches(line)
            where !RepositoryFiles.Exists(path.Groups["path"].Value)
            select $"{readme}: {line}";

        Assert.AreEqual("", string.Join('\n', missing));
    }

    [TestMethod]
    public void Readme_LinksLeadToFilesThatExist()
    {
        var missing =
            from readme in Readmes
            from line in RepositoryFiles.ReadLines(readme)
            from Match link in Link().Matches(line)
            where !File.Exists(Path.Combine(RepositoryFiles.Root, Path.GetDirectoryName(readme)!, link.Groups["path"].Value))
            select $"{readme}: {link.Value}";

        Assert.AreEqual("", string.Join('\n', missing));
    }

    [TestMethod]
    public void Room_HasAReadme()
    {
        var rooms = RepositoryFiles.Below(Library, "*.cs").Select(file => file.Split('/')).Where(parts => parts.Length > 3)
            .Select(parts => parts[2]);

        var without = rooms.Distinct().Where(room => !RepositoryFiles.Exists($"{Library}/{room}/README.md"));

        Assert.AreEqual("", string.Join('\n', without), $"Each room of {Library} says in its README what it owns.");
    }

    [TestMethod]
    public void Readme_CSharpIsTakenFromCompiledCode()
    {
        string[] compiled = [.. RepositoryFiles.Below("src", "*.cs").Concat(RepositoryFiles.Below("test", "*.cs")).Select(Squeeze)];

        var stray =
            from page in Readmes
            from fence in Fences(page).Where(fence => fence.Language is "csharp" or "cs" or "c#")
            where !compiled.Any(file => IsTakenFrom(file, fence.Lines))
            select $"{page}:\n{string.Join('\n', fence.Lines)}";

        Assert.AreEqual(
            "", string.Join("\n\n", stray),
            "Take the lines from compiled code, as they stand there; the home of new ones is a test in PublicApi.Tests/Docs.");
    }

    [GeneratedRegex(@"(?<=^|\s)(?:\./)?(?<path>(?:eng|src|test)/[\w./-]+)")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\]\((?<path>(?!https?:|mailto:|#)[^)#\s]+)")]
    private static partial Regex Link();

    /// <summary>The statements stand together in the file, and its using directives at its head.</summary>
    private static bool IsTakenFrom(string file, List<string> lines)
    {
        var usings = lines.Where(line => UsingDirective().IsMatch(line)).ToArray();
        return file.Contains(Squeeze(lines.Where(line => !UsingDirective().IsMatch(line))), StringComparison.Ordinal)
            && usings.All(line => file.Contains(line, StringComparison.Ordinal));
    }

    private static string Squeeze(string file) => Squeeze(RepositoryFiles.ReadLines(file));

    /// <summary>The lines without indentation and blank lines.</summary>
    private static string Squeeze(IEnumerable<string> lines) =>
        string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0));

    private static IEnumerable<(string Language, List<string> Lines)> Fences(string readme)
    {
        (string Language, List<string> Lines)? open = null;
        foreach (string line in RepositoryFiles.ReadLines(readme))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                open?.Lines.Add(line);
            }
            else if (open is { } fence)
            {
                yield return fence;
                open = null;
            }
            else
            {
                open = (line[3..].Trim(), []);
            }
        }
    }
}
