using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

[TestClass]
public sealed class NetworkCostTests
{
    private static readonly ViTConfig DistilledBase = Deit(embedDim: 768, isDistilled: true);

    [TestMethod]
    public void MultiplyAdds_AreThePublishedOnesOfDistilledDeitBase()
    {
        var cost = new NetworkCost(ViT.Of(DistilledBase)); // 198 tokens
        double layer = 0;
        foreach (var (name, elements, expected) in new[]
        {
            ("blocks.3.attn.qkv", 2304 * 768, 350.4e6), ("blocks.3.attn.proj", 768 * 768, 116.8e6),
            ("blocks.3.mlp.fc1", 3072 * 768, 467.1e6), ("blocks.3.mlp.fc2", 768 * 3072, 467.1e6),
        })
        {
            long actual = cost.MultiplyAddsOf(name, elements);
            Assert.AreEqual(expected, actual, 0.05e6, name);
            layer += actual;
        }

        Assert.AreEqual(16.817e9, 12 * layer, 0.0005e9);
        Assert.AreEqual(16.817e9, cost.TotalMultiplyAdds - cost.FixedMultiplyAdds, 0.0005e9);
        Assert.AreEqual(0.1156e9, cost.PatchEmbeddingMultiplyAdds, 0.00005e9);
        Assert.AreEqual(0.7226e9, cost.AttentionMultiplyAdds, 0.00005e9);
        Assert.AreEqual(1.536e6, cost.HeadMultiplyAdds, 0.0005e6);
        Assert.AreEqual(17.69e9, cost.TotalMultiplyAdds, 0.05e9); // timm counts 17.69 with its own conventions
    }

    [TestMethod]
    [DataRow(192, false, 5.72, 1.26)]
    [DataRow(192, true, 5.91, 1.27)]
    [DataRow(384, false, 22.05, 4.6)]
    [DataRow(384, true, 22.44, 4.6)]
    [DataRow(768, false, 86.57, 17.6)]
    [DataRow(768, true, 87.34, 17.7)]
    public void Totals_AreThePublishedOnesOfDeit(int embedDim, bool isDistilled, double millionParameters, double gigaMultiplyAdds)
    {
        var cost = new NetworkCost(ViT.Of(Deit(embedDim, isDistilled)));
        Assert.AreEqual(millionParameters, cost.TotalParameters / 1e6, 0.005);
        Assert.AreEqual(gigaMultiplyAdds, cost.TotalMultiplyAdds / 1e9, 0.06);
    }

    [TestMethod]
    public void TotalParameters_AreTorchvisionsToTheLastOne() =>
        Assert.AreEqual(86_567_656, new NetworkCost(ViT.Of(Deit(768, isDistilled: false))).TotalParameters); // vit_b_16

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TotalParameters_AreTheElementsOfTheTensors(bool isDistilled)
    {
        var config = new ViTConfig(28, 7, channels: 1, embedDim: 6, depth: 3, numHeads: 2, mlpDim: 11, numClasses: 5, isDistilled);
        Assert.AreEqual(
            new NetworkWeights(ViT.Of(config)).Tensors.Sum(tensor => tensor.Values.Length),
            new NetworkCost(ViT.Of(config)).TotalParameters);
    }

    [TestMethod]
    public void Kept_WeightsCostOnceATokenAndOnceInMemory()
    {
        var cost = new NetworkCost(ViT.Of(DistilledBase));
        Assert.AreEqual(7_077_888 * 12, cost.PrunableElements);
        Assert.AreEqual(1000 * 198, cost.MultiplyAdds(linear => linear.Name == "blocks.7.attn.proj" ? 1000 : 0) - cost.FixedMultiplyAdds);
        Assert.AreEqual(1000, cost.Parameters(1000) - cost.FixedParameters);
        Assert.AreEqual(4 * (cost.FixedParameters + 1000 + 17), cost.Bytes(1000, indices: 17));
        Assert.AreEqual(4 * cost.TotalParameters, cost.Bytes(cost.PrunableElements, indices: 0));
    }

    /// <summary>An 8x8 network by hand: matrices in two bytes, the rest in four.</summary>
    [TestMethod]
    public void Bytes_OfANarrowFormat_HalveTheMatricesAlone()
    {
        var config = new ViTConfig(imageSize: 8, patchSize: 4, channels: 1, embedDim: 8, depth: 1, numHeads: 1, mlpDim: 16, numClasses: 2);
        var cost = new NetworkCost(ViT.Of(config), NumberFormat.BFloat16);

        // qkv 24·8, proj 8·8, fc1 16·8, fc2 8·16; patches 8·16; head 2·8.
        const int prunable = 192 + 64 + 128 + 128;
        const int matrices = prunable + 128 + 16;

        // Biases of the six, class token, 5 positions, three norms.
        const int others = 24 + 8 + 16 + 8 + 8 + 2 + 8 + (5 * 8) + (3 * 2 * 8);
        Assert.AreEqual((2 * matrices) + (4 * others), cost.Bytes(prunable, indices: 0));
        Assert.AreEqual((2 * (matrices - 64)) + (4 * others) + (4 * 7), cost.Bytes(prunable - 64, indices: 7));
        Assert.AreEqual(4 * (matrices + others), cost.DenseBytes, "what is pruned is float32");
        Assert.AreEqual((2 * 100) + (4 * 3), cost.BytesOf(100, indices: 3));
        Assert.AreEqual(new NetworkCost(ViT.Of(config)).TotalMultiplyAdds, cost.TotalMultiplyAdds);
    }

    [TestMethod]
    public void Kept_OutsideTheNetworkIsRefused()
    {
        var cost = new NetworkCost(ViT.Of(DistilledBase));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cost.MultiplyAdds(_ => -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cost.Parameters(cost.PrunableElements + 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cost.MultiplyAddsOf("blocks.0.attn.proj", (768 * 768) + 1));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => cost.MultiplyAddsOf("head", 0)).Message, "'head'");
    }

    [TestMethod]
    public void PrunableShapes_AreThoseOfTheWeights()
    {
        var config = new ViTConfig(28, 7, channels: 1, embedDim: 6, depth: 3, numHeads: 2, mlpDim: 11, numClasses: 5);
        CollectionAssert.AreEqual(
            new NetworkWeights(ViT.Of(config)).PrunableLayers.Select(layer => (layer.Name, layer.OutFeatures, layer.InFeatures)).ToArray(),
            ViT.Of(config).PrunableLinears.Select(layer => (layer.Name, layer.OutFeatures, layer.InFeatures)).ToArray());
        Assert.AreEqual(new LinearSpec("blocks.2.mlp.fc2", 6, 11, Tokens: 17), ViT.Of(config).PrunableLinears[^1]);
    }

    [TestMethod]
    public void Toy_CostsWhatWasCountedByHand()
    {
        var cost = new NetworkCost(ToyFamily.Spec); // 16 tokens of 12 features

        Assert.AreEqual(16 * 12 * 4, cost.PatchEmbeddingMultiplyAdds);
        Assert.AreEqual((2 * 16 * 16 * 8) + (2 * 16 * 16 * 24), cost.AttentionMultiplyAdds); // two heads of 4, three of 8
        Assert.AreEqual(5 * 12, cost.HeadMultiplyAdds);
        long linears = ((24 + 8) * 12) + ((20 + 20) * 12) + ((72 + 24) * 12) + ((9 + 9) * 12);
        Assert.AreEqual(linears, cost.PrunableElements);
        Assert.AreEqual(768 + 16_384 + 60 + (16 * linears), cost.TotalMultiplyAdds);
        long patch = (12 * 4) + 12, position = 16 * 12, norms = 5 * 2 * 12, head = (5 * 12) + 5;
        long biases = 24 + 12 + 20 + 12 + 72 + 12 + 9 + 12;
        Assert.AreEqual(patch + position + norms + biases + head, cost.FixedParameters);
        Assert.AreEqual(4 * (cost.FixedParameters + linears), cost.Bytes(cost.PrunableElements, indices: 0));
    }

    [TestMethod]
    public void MultiplyAdds_OfAMergingNetwork_CountEachLayersOwnTokens()
    {
        var cost = new NetworkCost(MergingFamily.Spec);

        Assert.AreEqual(
            (16 * ((18 * 6) + (6 * 6))) + (4 * ((10 * 24) + (14 * 10) + (10 * 14))), cost.TotalMultiplyAdds - cost.FixedMultiplyAdds);
        Assert.AreEqual(7 * 16, cost.MultiplyAddsOf("stages.0.qkv", 7));
        Assert.AreEqual(7 * 4, cost.MultiplyAddsOf("merge.reduction", 7));
        Assert.AreEqual(
            (7 * 16) + (9 * 4),
            cost.MultiplyAdds(linear => linear.Name switch { "stages.0.proj" => 7, "stages.1.fc2" => 9, _ => 0 }) - cost.FixedMultiplyAdds);
    }

    private static ViTConfig Deit(int embedDim, bool isDistilled) =>
        new(224, 16, channels: 3, embedDim, depth: 12, numHeads: embedDim / 64, mlpDim: 4 * embedDim, numClasses: 1000, isDistilled);
}
