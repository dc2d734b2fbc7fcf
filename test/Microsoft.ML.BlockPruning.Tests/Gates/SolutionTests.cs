namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>A project outside the solution is neither built nor checked by eng/check.sh.</summary>
[TestClass]
public sealed class SolutionTests
{
    [TestMethod]
    public void Solution_HoldsEveryProject()
    {
        var projects = new[] { "src", "test", "eng" }.SelectMany(folder => RepositoryFiles.Below(folder, "*.csproj"));
        string solution = string.Join('\n', RepositoryFiles.ReadLines("BlockPruning.sln")).Replace('\\', '/');

        var missing = projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal));

        Assert.AreEqual("", string.Join('\n', missing), "Add them: dotnet sln add PROJECT.");
    }

    [TestMethod]
    public void Project_TakesPackageVersionsFromOnePlace()
    {
        var projects = new[] { "src", "test", "eng" }.SelectMany(folder => RepositoryFiles.Below(folder, "*.*proj"));

        var own = projects.Where(project => RepositoryFiles.ReadLines(project)
            .Any(line => line.Contains("<PackageReference", StringComparison.Ordinal)
                && line.Contains("Version=", StringComparison.Ordinal)));

        Assert.AreEqual("", string.Join('\n', own), "Directory.Packages.props holds the versions.");
    }
}
