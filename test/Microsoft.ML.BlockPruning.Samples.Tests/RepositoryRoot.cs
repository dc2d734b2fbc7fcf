namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The lines of CHANGELOG.md below its first heading of a version, as people wrote them; the heading comes first.</summary>
    public static (string Heading, string Text) NewestChanges()
    {
        string[] lines = File.ReadAllLines(System.IO.Path.Combine(Path, "CHANGELOG.md"));
        int first = Array.FindIndex(lines, line => line.StartsWith("## ", StringComparison.Ordinal));
        var section = lines[(first + 1)..].TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        return (lines[first], string.Join('\n', section).Trim());
    }

    private static string Find(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "BlockPruning.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
