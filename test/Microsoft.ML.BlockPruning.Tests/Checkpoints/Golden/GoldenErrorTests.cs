using Microsoft.ML.BlockPruning.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>Every file of Golden that is none to be read is refused in words that say what it is, and nothing in it runs.</summary>
[TestClass]
public sealed class GoldenErrorTests
{
    /// <summary>What a pickle that is run would write.</summary>
    private const string Marker = "GOLDEN_EXECUTED";

    private const string Container = "no reader of its container";

    /// <summary>What is not refused so yet, and why. It only shrinks: an entry that passes fails until it is taken out.</summary>
    private static readonly Dictionary<string, string> NotYet = new(StringComparer.Ordinal)
    {
        ["mae_pretraining"] = Container,
        ["resnet"] = Container,
        ["empty"] = Container,
        ["flax_msgpack"] = Container,
        ["jax_npz"] = Container,
        ["whole_module"] = Container,
        ["evil_reduce"] = Container,
        ["evil_legacy"] = Container,
        ["torchscript"] = Container,
        ["pth_cut"] = Container,
        ["shard_missing"] = Container,
        ["shard_outside"] = Container,
        ["shard_elsewhere"] = Container,
        ["two_checkpoints"] = Container,
    };

    public static IEnumerable<string> Names => GoldenFiles.Errors.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void File_IsRefusedInItsWords(string name)
    {
        if (!NotYet.TryGetValue(name, out string? reason))
        {
            Check(name);
            return;
        }

        bool passes = true;
        try
        {
            Check(name);
        }
        catch (Exception error) when (error is AssertFailedException)
        {
            passes = false;
        }

        Assert.IsFalse(passes, $"{name} passes: take it out of the list ({reason}).");
    }

    private static void Check(string name)
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
