namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>The repository that the tests were built in; gates that read its files are inconclusive without it.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Generated = ["bin", "obj", "artifacts", ".git", ".vs"];

    private static readonly string? Found = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Root
    {
        get
        {
            if (Found is null)
            {
                Assert.Inconclusive("The tests run outside the repository.");
            }

            return Found;
        }
    }

    /// <summary>Paths relative to the root, with forward slashes, of the files that people write.</summary>
    public static IEnumerable<string> Below(string folder, string pattern)
    {
        var files = new DirectoryInfo(Path.Combine(Root, folder)).EnumerateFiles(pattern, SearchOption.AllDirectories);
        return files.Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Where(path => !path.Split('/').Intersect(Generated).Any())
            .Order(StringComparer.Ordinal);
    }

    public static string[] ReadLines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static string? Find(DirectoryInfo? folder) =>
        folder is null || File.Exists(Path.Combine(folder.FullName, "BlockPruning.sln")) ? folder?.FullName : Find(folder.Parent);
}
