using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>The table of eng/README.md says of every file of eng what it does.</summary>
[TestClass]
public sealed partial class EngFilesTests
{
    private const string Folder = "eng/";
    private const string Page = Folder + "README.md";

    // The first column of the page's first table; a folder ends with a slash.
    private static IEnumerable<string> Named =>
        from row in RepositoryFiles.ReadLines(Page).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'))
        from Match name in Name().Matches(row.Split('|')[1])
        select Folder + name.Groups["name"].Value;

    private static IEnumerable<string> Files => RepositoryFiles.Below("eng", "*").Where(file => file != Page);

    [TestMethod]
    public void Table_NamesEveryFile()
    {
        var named = Named.ToHashSet(StringComparer.Ordinal);

        var missing = Files.Where(file => !named.Contains(file) && !named.Contains(ProjectOf(file)));

        Assert.AreEqual("", string.Join('\n', missing), $"Add a row to the table of {Page}.");
    }

    [TestMethod]
    public void Table_NamesNothingThatIsNotThere()
    {
        var files = Files.ToArray();

        var gone = Named.Where(name => !(name.EndsWith('/') ? files.Any(file => ProjectOf(file) == name) : files.Contains(name)));

        Assert.AreEqual("", string.Join('\n', gone), $"The table of {Page} names them, with a slash where they are projects.");
        Assert.IsGreaterThan(20, Named.Count(), "The table is not read.");
    }

    // Only a project may be named as a whole: its files serve one program. "" where the file is of none.
    private static string ProjectOf(string file)
    {
        string folder = file[..(file.LastIndexOf('/') + 1)];
        return RepositoryFiles.Below(folder, "*.csproj").Any() ? folder : "";
    }

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
