using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

[TestClass]
public sealed class ViTCheckpointTests
{
    private static readonly ViTConfig Plain = new(
        imageSize: 12, patchSize: 4, channels: 1, embedDim: 10, depth: 2, numHeads: 5, mlpDim: 15, numClasses: 4, layerNormEps: 3e-7f);

    private static readonly ViTConfig Distilled = new(
        imageSize: 8, patchSize: 2, channels: 3, embedDim: 128, depth: 11, numHeads: 2, mlpDim: 6, numClasses: 1, isDistilled: true);

    public static IEnumerable<bool> Networks => [false, true];

    [TestMethod]
    public void Load_ReproducesTorchvisionsLogits()
    {
        LibTorch.EnsureLoaded();
        using var expected = SafetensorsFile.Open(TinyViT.ExpectedPath);
        float[] logits = expected.ReadSingles("logits");

        using var scope = torch.NewDisposeScope();
        using var off = torch.no_grad();
        using var network = new TorchNetwork(ViTCheckpoint.Load(TinyViT.ModelPath));
        var images = torch.tensor(expected.ReadSingles("images")).reshape(3, 3, 16, 16);
        float[] actual = network.Forward(images).data<float>().ToArray();

        Assert.HasCount(15, actual);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.AreEqual(logits[i], actual[i], 1e-5f, $"logit {i}");
        }
    }

    [TestMethod]
    public void Load_OfADistilledNetworkOfAnOddShape_ReproducesPyTorchsLogits()
    {
        LibTorch.EnsureLoaded();
        using var expected = SafetensorsFile.Open(DistilledViT.ExpectedPath);
        float[] logits = expected.ReadSingles("logits");
        var weights = ViTCheckpoint.Load(DistilledViT.ModelPath);

        using var scope = torch.NewDisposeScope();
        using var off = torch.no_grad();
        using var network = new TorchNetwork(weights);
        var images = torch.tensor(expected.ReadSingles("images")).reshape(3, 1, 40, 40);
        float[] actual = network.Forward(images).data<float>().ToArray();

        var config = weights.Config;
        Assert.AreEqual((40, 8, 1, 72), (config.ImageSize, config.PatchSize, config.Channels, config.EmbedDim));
        Assert.AreEqual((3, 100, true, 1e-2f), (config.NumHeads, config.MlpDim, config.IsDistilled, config.LayerNormEps));
        Assert.HasCount(21, actual);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.AreEqual(logits[i], actual[i], 1e-5f * logits.Max(Math.Abs), $"logit {i}");
        }
    }

    [TestMethod]
    public void Load_ReadsTheShapeFromTensorsAndConfig()
    {
        var config = ViTCheckpoint.Load(TinyViT.ModelPath).Config;
        Assert.AreEqual((16, 4, 3), (config.ImageSize, config.PatchSize, config.Channels));
        Assert.AreEqual((24, 2, 3, 48, 5), (config.EmbedDim, config.Depth, config.NumHeads, config.MlpDim, config.NumClasses));
        Assert.AreEqual((false, 1e-6f), (config.IsDistilled, config.LayerNormEps));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Save_ThenLoadGivesTheSameNetworkBitForBit(bool isDistilled)
    {
        using var folder = new TemporaryFolder();
        var saved = TinyViT.Random(isDistilled ? Distilled : Plain, seed: 1);
        ViTCheckpoint.Save(saved, folder["model.safetensors"]);

        var loaded = ViTCheckpoint.Load(folder["model.safetensors"]);

        var properties = typeof(ViTConfig).GetProperties();
        Assert.IsNotEmpty(properties);
        foreach (var property in properties)
        {
            Assert.AreEqual(property.GetValue(saved.Config), property.GetValue(loaded.Config), property.Name);
        }

        foreach (var (before, after) in saved.Tensors.Zip(loaded.Tensors))
        {
            CollectionAssert.AreEqual(before.Values, after.Values, before.Name);
        }

        CollectionAssert.AreEqual(new[] { "model.safetensors" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void Save_ToAMissingFolderIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.ThrowsExactly<IOException>(() => ViTCheckpoint.Save(new NetworkWeights(ViT.Of(Plain)), folder["missing/model"]));
        StringAssert.Contains(error.Message, folder["missing/model"]);
    }

    [TestMethod]
    public void Load_TakesHeadsOf64FeaturesWhereNothingSaysOtherwise()
    {
        using var folder = new TemporaryFolder();
        new EditableCheckpoint(TinyViT.Random(Distilled, seed: 2)).Write(folder["model"]);
        Assert.AreEqual(2, ViTCheckpoint.Load(folder["model"]).Config.NumHeads); // 128 features
    }

    [TestMethod]
    public void Load_AsksForAConfigWhereHeadsOf64FeaturesDoNotFit()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new EditableCheckpoint(TinyViT.Random(Plain, seed: 2));
        checkpoint.Write(folder["model"]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model"]));
        StringAssert.Contains(error.Message, "config.json");

        File.WriteAllText(folder["config.json"], """{"num_attention_heads": 2, "layer_norm_eps": 1e-12}""");
        var config = ViTCheckpoint.Load(folder["model"]).Config;
        Assert.AreEqual((2, 1e-12f), (config.NumHeads, config.LayerNormEps));

        checkpoint.Metadata["num_heads"] = "5"; // the file itself knows better than its neighbour
        checkpoint.Write(folder["model"]);
        Assert.AreEqual(5, ViTCheckpoint.Load(folder["model"]).Config.NumHeads);
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Load_TakesAFlatPatchWeight(bool isDistilled)
    {
        using var folder = new TemporaryFolder();
        var weights = TinyViT.Random(isDistilled ? Distilled : Plain, seed: 3);
        var checkpoint = new EditableCheckpoint(weights);
        checkpoint.Metadata["num_heads"] = "2";
        checkpoint.Reshape("patch_embed.proj.weight", [weights.Config.EmbedDim, weights.Config.PatchDim]);
        checkpoint.Write(folder["model"]);

        var loaded = ViTCheckpoint.Load(folder["model"]);

        Assert.AreEqual((weights.Config.PatchSize, weights.Config.Channels), (loaded.Config.PatchSize, loaded.Config.Channels));
        CollectionAssert.AreEqual(weights.PatchEmbedding.Weight, loaded.PatchEmbedding.Weight);
    }

    [TestMethod]
    public void Load_PassesOverThePreLogitsThatTimmPassesOver()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new EditableCheckpoint(TinyViT.Random(Distilled, seed: 4));
        checkpoint.Add("pre_logits.fc.weight", [128, 128]);
        checkpoint.Add("pre_logits.fc.bias", [128]);
        checkpoint.Write(folder["model"]);
        Assert.AreEqual(11, ViTCheckpoint.Load(folder["model"]).Config.Depth);
    }

    [TestMethod]
    public void Load_OfAMissingFileSaysSo() =>
        Assert.ThrowsExactly<FileNotFoundException>(() => ViTCheckpoint.Load(Path.Combine(Path.GetTempPath(), "no-such.safetensors")));
}
