using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>A project outside the solution is neither built nor checked by eng/check.sh.</summary>
[TestClass]
public sealed partial class SolutionTests
{
    [TestMethod]
    public void Solution_HoldsEveryProject()
    {
        var projects = new[] { "src", "test", "eng" }.SelectMany(folder => RepositoryFiles.Below(folder, "*.csproj"));
        string solution = string.Join('\n', RepositoryFiles.ReadLines("BlockPruning.sln")).Replace('\\', '/');

        var missing = projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal));

        Assert.AreEqual("", string.Join('\n', missing), "Add them: dotnet sln add PROJECT.");
    }

    /// <summary>A project that stands alone elsewhere states versions too: those of the one place.</summary>
    [TestMethod]
    public void Project_TakesPackageVersionsFromOnePlace()
    {
        string central = string.Join('\n', RepositoryFiles.ReadLines("Directory.Packages.props"));
        string ours = Property().Match(string.Join('\n', RepositoryFiles.ReadLines("Directory.Build.props"))).Groups["version"].Value;
        var versions = PackageVersion().Matches(central).ToDictionary(
            version => version.Groups["id"].Value,
            version => Resolve(version.Groups["version"].Value, central));
        versions.Add("Microsoft.ML.BlockPruning", ours);

        var other =
            from project in new[] { "src", "test", "eng" }.SelectMany(folder => RepositoryFiles.Below(folder, "*.*proj"))
            let lines = RepositoryFiles.ReadLines(project)
            from line in lines
            where line.Contains("<PackageReference", StringComparison.Ordinal) && line.Contains("Version=", StringComparison.Ordinal)
            where !lines.Any(text => text.Contains("../Repository.targets", StringComparison.Ordinal))
                || PackageReference().Match(line) is not { Success: true } stated
                || versions.GetValueOrDefault(stated.Groups["id"].Value) != stated.Groups["version"].Value
            select $"{project}: {line.Trim()}";

        Assert.AreEqual("", string.Join('\n', other), "Directory.Packages.props holds the versions.");
    }

    // A property's value: the first that stands there, which belongs to the newest ML.NET.
    private static string Resolve(string version, string central) => version.StartsWith("$(", StringComparison.Ordinal)
        ? Regex.Match(central, $"<{version[2..^1]}>([^<]*)</").Groups[1].Value
        : version;

    [GeneratedRegex(@"<PackageVersion Include=""(?<id>[^""]*)"" Version=""(?<version>[^""]*)""")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"<PackageReference Include=""(?<id>[^""]*)"" Version=""(?<version>[^""]*)""")]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"<Version>(?<version>[^<]*)</Version>")]
    private static partial Regex Property();
}
