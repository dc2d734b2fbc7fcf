using Microsoft.ML.BlockPruning.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>Every file of Golden that is none to be read is refused in words that say what it is, and nothing in it runs.</summary>
[TestClass]
public sealed class GoldenErrorTests
{
    /// <summary>What a pickle that is run would write.</summary>
    private const string Marker = "GOLDEN_EXECUTED";

    public static IEnumerable<string> Names => GoldenFiles.Errors.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void File_IsRefusedInItsWords(string name)
    {
        var golden = GoldenFiles.Errors[name];
        string path = GoldenFiles.Path(golden.GetProperty("path").GetString()!);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(path));

        string folder = Path.GetDirectoryName(path)!;
        string message = error.Message.Replace(path, "", StringComparison.Ordinal).Replace(folder, "", StringComparison.Ordinal);
        foreach (var word in golden.GetProperty("must_contain").EnumerateArray())
        {
            StringAssert.Contains(message, word.GetString()!, StringComparison.OrdinalIgnoreCase);
        }

        Assert.IsFalse(File.Exists(Marker) || File.Exists(Path.Combine(folder, Marker)), "The file was run.");
    }
}
