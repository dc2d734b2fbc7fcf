using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.KeyMaps;

[TestClass]
public sealed class KeyMapTests
{
    private static readonly CheckpointRows Rows = CheckpointRows.Default with
    {
        Containers = [new ToyContainer(), .. CheckpointRows.Default.Containers],
        KeyMaps = [Timm.Map, ToyNames.Map],
    };

    [TestMethod]
    public void EveryTensor_IsTakenByOneRowOfTimms()
    {
        foreach (bool isDistilled in new[] { false, true })
        {
            foreach (var tensor in new NetworkWeights(ViT.Of(TestNetworks.Config(isDistilled: isDistilled))).Tensors)
            {
                var (row, _, holes) = Timm.Map.Takers(tensor.Name).Single();
                Assert.AreEqual(tensor.Name, row.Canonical!.Fill(holes));
            }
        }
    }

    [TestMethod]
    [DataRow("blocks.00.norm1.weight")] // a second spelling of layer 0
    [DataRow("blocks.12345.norm1.weight")]
    [DataRow("blocks.-1.norm1.weight")]
    [DataRow("blocks.0.norm1.weight\n")]
    [DataRow("blocks.0.norm1")]
    [DataRow("xblocks.0.norm1.weight")]
    [DataRow("blocks.0.norm3.weight")]
    [DataRow("patch_embedXproj.weight")]
    public void ANameThatIsNotQuiteTimms_IsForeign(string name) => Assert.IsFalse(Timm.Map.Takes(name));

    [TestMethod]
    public void TwoNumbers_AreTwoHoles()
    {
        var pattern = new KeyPattern("layers.{N}.blocks.{M}.norm1.{P}");

        Assert.AreEqual(new KeyHoles("2", "bias", "17"), pattern.Match("layers.2.blocks.17.norm1.bias"));
        Assert.AreEqual("stage2/17.bias", new KeyPattern("stage{N}/{M}.{P}").Fill(new KeyHoles("2", "bias", "17")));
        Assert.IsNull(pattern.Match("layers.2.blocks.017.norm1.bias"));
    }

    /// <summary>Other names, and three tensors where the network has one: rows, and no code of the library.</summary>
    [TestMethod]
    public void Open_OfToyNames_GivesTheSameNetworkBitForBit()
    {
        using var folder = new TemporaryFolder();
        var saved = TinyViT.Random(TestNetworks.Config(), seed: 6);
        WriteToy(folder, saved, [new WeightTensor("toy.index", [1], [0])]);

        using var checkpoint = Checkpoint.Open(folder["model"], Rows);
        var loaded = checkpoint.ReadWeights();

        foreach (var (before, after) in saved.Tensors.Zip(loaded.Tensors))
        {
            Assert.AreEqual(before.Name, after.Name);
            CollectionAssert.AreEqual(before.Values, after.Values, before.Name);
        }
    }

    [TestMethod]
    public void Open_CallsAMissingTensorAsTheFileDoes()
    {
        using var folder = new TemporaryFolder();
        WriteToy(folder, TinyViT.Random(TestNetworks.Config(), seed: 6), [], leftOut: "toy.layer_1.key.bias");

        using var checkpoint = Checkpoint.Open(folder["model"], Rows);
        var error = Assert.ThrowsExactly<InvalidDataException>(checkpoint.ReadWeights);

        StringAssert.Contains(error.Message, "'toy.layer_1.query.bias' + 'toy.layer_1.key.bias' + 'toy.layer_1.value.bias' is missing");
        StringAssert.Contains(error.Message, "expected those of a toy");
    }

    [TestMethod]
    public void Open_RefusesTwoNamesForOneTensor()
    {
        using var folder = new TemporaryFolder();
        WriteToy(folder, TinyViT.Random(TestNetworks.Config(), seed: 6), [new WeightTensor("toy.answer_old.bias", [3], [1, 2, 3])]);

        using var checkpoint = Checkpoint.Open(folder["model"], Rows);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => checkpoint.Network);

        StringAssert.Contains(error.Message, "tensor 'toy.answer_old.bias' and 'toy.answer.bias' both stand for 'head.bias'");
    }

    /// <summary>The map that takes the most names says what the stranger is among them.</summary>
    [TestMethod]
    public void Open_NamesAStrangerInTheWordsOfItsMap()
    {
        using var folder = new TemporaryFolder();
        WriteToy(folder, TinyViT.Random(TestNetworks.Config(), seed: 6), [new WeightTensor("toy.stray", [1], [0])]);

        using var checkpoint = Checkpoint.Open(folder["model"], Rows);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => checkpoint.Network);

        StringAssert.Contains(error.Message, "tensor 'toy.stray' does not belong to a toy. Expected toy.*.");
    }

    private static void WriteToy(TemporaryFolder folder, NetworkWeights weights, WeightTensor[] more, string? leftOut = null)
    {
        ToyContainer.Write(folder["model"], weights.Tensors.SelectMany(Renamed).Concat(more).Where(tensor => tensor.Name != leftOut));
        File.WriteAllText(folder["config.json"], $$"""{"num_heads": {{weights.Config.NumHeads}}}""");
    }

    private static IEnumerable<WeightTensor> Renamed(WeightTensor tensor)
    {
        string name = tensor.Name.Replace("blocks.", "toy.layer_", StringComparison.Ordinal)
            .Replace("norm1", "before", StringComparison.Ordinal).Replace("norm2", "after", StringComparison.Ordinal)
            .Replace("attn.proj", "out", StringComparison.Ordinal).Replace("mlp.fc1", "up", StringComparison.Ordinal)
            .Replace("mlp.fc2", "down", StringComparison.Ordinal).Replace("patch_embed.proj", "toy.patch", StringComparison.Ordinal)
            .Replace("cls_token", "toy.first", StringComparison.Ordinal).Replace("pos_embed", "toy.places", StringComparison.Ordinal);
        name = name.StartsWith("norm.", StringComparison.Ordinal) ? $"toy.last.{name[5..]}" : name;
        name = name.StartsWith("head.", StringComparison.Ordinal) ? $"toy.answer.{name[5..]}" : name;
        if (!name.Contains("attn.qkv", StringComparison.Ordinal))
        {
            return [tensor with { Name = name }];
        }

        int third = tensor.Values.Length / 3;
        return new[] { "query", "key", "value" }.Select((part, i) => new WeightTensor(
            name.Replace("attn.qkv", part, StringComparison.Ordinal), [tensor.Shape[0] / 3, .. tensor.Shape.Skip(1)],
            tensor.Values[(i * third)..((i + 1) * third)]));
    }
}
