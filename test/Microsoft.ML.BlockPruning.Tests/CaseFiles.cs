using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The inputs that failed once: test/Cases.</summary>
internal static class CaseFiles
{
    public static string Image(string name) => Path.Combine(RepositoryFiles.Root, "test", "Cases", "images", name);
}
