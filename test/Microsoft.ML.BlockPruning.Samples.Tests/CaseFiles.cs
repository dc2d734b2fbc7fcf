namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>The inputs that failed once: test/Cases.</summary>
internal static class CaseFiles
{
    public static string Image(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlockPruning.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is null)
        {
            Assert.Inconclusive("The tests run outside the repository.");
        }

        return Path.Combine(folder.FullName, "test", "Cases", "images", name);
    }
}
