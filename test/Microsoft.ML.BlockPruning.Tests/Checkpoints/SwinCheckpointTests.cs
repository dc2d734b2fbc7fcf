using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>Swin's files beside the golden ones: what tells the size of images, and what does not fit.</summary>
[TestClass]
public sealed class SwinCheckpointTests
{
    private const string Table = "layers.0.blocks.1.attn.relative_position_bias_table";

    // SmallSwin's images of 16x16 pixels are 8x8 patches.
    private const string OfItsSize = """{"model_type":"swin","image_size":16,"depths":[2,1],"num_heads":[2,2],"window_size":4}""";

    [TestMethod]
    public void Names_OfMicrosoft_AreTimms_WithMergesAtTheEndOfTheirStage()
    {
        using var folder = new TemporaryFolder();
        var timm = Load(folder["timm"], Tensors(), OfItsSize);
        var old = Load(folder["old"], OldTensors(), OfItsSize);

        Assert.IsTrue(timm.Spec.HasSameParts(SmallSwin.Spec));
        Assert.IsTrue(old.Spec.HasSameParts(SmallSwin.Spec));
        foreach (var (one, other) in timm.Tensors.Zip(old.Tensors))
        {
            CollectionAssert.AreEqual(one.Values, other.Values, one.Name);
        }
    }

    [TestMethod]
    public void Size_OfImages_IsTheCallers_ElseTheConfigs_ElseTheMasks_ElseAssumed()
    {
        using var folder = new TemporaryFolder();
        var masked = OldTensors();
        masked["layers.0.blocks.1.attn_mask"] = ([9, 16, 16], new float[9 * 16 * 16]);

        Assert.AreEqual(32, Load(folder["a"], Tensors(), OfItsSize, new CheckpointOptions { ImageSize = 32 }).Spec.ImageSize);
        Assert.AreEqual(16, Load(folder["b"], masked, OfItsSize).Spec.ImageSize);
        Assert.AreEqual(24, Load(folder["c"], masked, config: null).Spec.ImageSize); // three windows of four patches of two pixels
        var assumed = Load(folder["d"], Tensors(), config: null);
        Assert.AreEqual(224, assumed.Spec.ImageSize);
        Assert.Contains("Nothing says the size of the images: 224x224", string.Join('\n', assumed.Notes));
    }

    [TestMethod]
    public void NumHeads_WhichTheTablesTell_AreNotTakenInSilence()
    {
        using var folder = new TemporaryFolder();

        var other = Load(folder["a"], Tensors(), OfItsSize, new CheckpointOptions { NumHeads = 3 });
        var same = Load(folder["b"], Tensors(), OfItsSize, new CheckpointOptions { NumHeads = 2 });

        Assert.Contains("NumHeads = 3 was not used", string.Join('\n', other.Notes));
        Assert.DoesNotContain("NumHeads", string.Join('\n', same.Notes));
    }

    [TestMethod]
    [DataRow("""{"window_size":7}""", "key 'window_size': found 7, but the tensors say [4, 4]")]
    [DataRow("""{"depths":[2,2]}""", "key 'depths': found [2,2], but the tensors say [2, 1]")]
    [DataRow("""{"num_heads":[2,4]}""", "key 'num_heads': found [2,4], but the tensors say [2, 2]")]
    [DataRow("""{"global_pool":"token"}""", "a Swin has no class token")]
    [DataRow("""{"model_type":"vit"}""", "key 'model_type': found \"vit\"")]
    [DataRow("""{"use_absolute_embeddings":true}""", "key 'use_absolute_embeddings'")]
    public void Config_OfAnotherNetwork_IsRefused(string config, string says)
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(folder["swin"], Tensors(), config));

        Assert.Contains(says, error.Message);
    }

    [TestMethod]
    public void Tensors_ThatDoNotFit_AreNamed()
    {
        using var folder = new TemporaryFolder();
        var gap = Tensors();
        foreach (string name in gap.Keys.Where(name => name.StartsWith("layers.0.blocks.0.", StringComparison.Ordinal)).ToArray())
        {
            gap.Remove(name);
        }

        var table = Tensors();
        table[Table.Replace("blocks.1", "blocks.0", StringComparison.Ordinal)] = ([48, 2], new float[96]);
        var other = Tensors();
        other[Table] = ([25, 2], new float[50]);
        var headless = Tensors();
        headless.Remove("head.fc.weight");
        headless.Remove("head.fc.bias");

        Assert.Contains("not numbered from 0 on without a gap", Refusal(folder["a"], gap));
        Assert.Contains("is F32 [48, 2], expected [(2 · window − 1)², heads]", Refusal(folder["b"], table));
        Assert.Contains($"tensor '{Table}' is F32 [25, 2], expected [49, 2]", Refusal(folder["c"], other));
        Assert.Contains("backbone without a classifier", Refusal(folder["d"], headless));
    }

    private static string Refusal(string path, Dictionary<string, (int[] Shape, float[] Values)> tensors) =>
        Assert.ThrowsExactly<InvalidDataException>(() => Load(path, tensors, OfItsSize)).Message;

    private static Dictionary<string, (int[] Shape, float[] Values)> Tensors()
    {
        var random = new Random(7);
        return new NetworkWeights(SmallSwin.Spec).Tensors.Where(tensor => !tensor.Name.EndsWith("reduction.bias", StringComparison.Ordinal))
            .ToDictionary(
                tensor => tensor.Name,
                tensor => ((int[])[.. tensor.Shape], tensor.Values.Select(_ => random.NextSingle()).ToArray()));
    }

    private static Dictionary<string, (int[] Shape, float[] Values)> OldTensors() => Tensors().ToDictionary(
        tensor => tensor.Key.Replace("layers.1.downsample", "layers.0.downsample", StringComparison.Ordinal)
            .Replace("head.fc", "head", StringComparison.Ordinal),
        tensor => tensor.Value);

    // A folder of its own, for the config.json beside it.
    private static NetworkWeights Load(
        string path, Dictionary<string, (int[] Shape, float[] Values)> tensors, string? config, CheckpointOptions? options = null)
    {
        Directory.CreateDirectory(path);
        var writer = OwnFile.Create();
        foreach (var (name, (shape, values)) in tensors)
        {
            writer.Add(name, shape, values);
        }

        string file = Path.Combine(path, "model.safetensors");
        AtomicFile.Write(file, writer.Write);
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(path, "config.json"), config);
        }

        using var checkpoint = Checkpoint.Open(file, options ?? CheckpointOptions.Default);
        return checkpoint.ReadWeights();
    }
}
