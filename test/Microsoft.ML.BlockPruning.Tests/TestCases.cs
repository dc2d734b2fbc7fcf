using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The small inputs of test/Cases that once failed, and those that were frozen before a format changed.</summary>
internal static class TestCases
{
    /// <summary>A path below test/Cases.</summary>
    public static string Path(string name) => System.IO.Path.Combine(RepositoryFiles.Root, "test", "Cases", name);

    /// <summary>A file that the library of before there were checksums wrote: network.safetensors, dense.safetensors, model.zip.</summary>
    public static string BeforeChecksums(string name) => System.IO.Path.Combine(
        RepositoryFiles.Root, "test/Microsoft.ML.BlockPruning.Tests/Inference/Fixtures/BeforeChecksums", name);

    /// <summary>[3] the bits of the scores that library gave to <see cref="FrozenRows"/>, as text.</summary>
    public static string[] ScoresBeforeChecksums() => File.ReadAllLines(BeforeChecksums("scores.txt"));

    /// <summary>The rows that were scored when the files were written.</summary>
    public static List<PixelsRow> FrozenRows() =>
        [.. Enumerable.Range(0, 3).Select(row => new PixelsRow
        {
            Image = [.. Enumerable.Range(0, 3 * TestNetworks.ImageSize * TestNetworks.ImageSize)
                .Select(i => (float)(((i * 37) + (row * 101)) % 256))],
        })];
}
