using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Models;

[TestClass]
public sealed class SparseViTTests
{
    [TestMethod]
    public void Create_TakesTheKeptBlocksAndDropsTheRest()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        var untouched = weights.Clone();
        var plan = RandomNetworks.Prune(weights, new BlockShape(16, 16), density: 0.5, seed: 2);

        var network = RandomNetworks.Sparse(untouched, plan); // its removed blocks are not zero

        foreach (var (layer, linear) in weights.PrunableLayers.Zip(network.PrunableLayers))
        {
            Assert.AreEqual(layer.Name, linear.Name);
            CollectionAssert.AreEqual(layer.Weight, linear.Weight.ToDense());
            CollectionAssert.AreEqual(layer.Bias, linear.Bias);
        }
    }

    [TestMethod]
    public void Create_CopiesTheWeights()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        float[] images = RandomNetworks.Images(weights.Spec, 1, seed: 2);
        var network = RandomNetworks.Sparse(weights);
        using var session = new SparseViTSession(network, threads: 1);
        float[] before = RandomNetworks.Score(session, images);
        foreach (var tensor in weights.Tensors)
        {
            Array.Clear(tensor.Values);
        }

        using var later = new SparseViTSession(network, threads: 1);

        CollectionAssert.AreEqual(before, RandomNetworks.Score(later, images));
    }

    [TestMethod]
    public void Plan_HoldsTheMasksOfPrunedLayersOnly()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        var all = RandomNetworks.Prune(weights, new BlockShape(12, 20), density: 0.5, seed: 2);
        var plan = new SparsityPlan();
        plan.Add("blocks.1.mlp.fc1", all["blocks.1.mlp.fc1"]!);

        Assert.AreEqual(plan.ToJson(), RandomNetworks.Sparse(weights, plan).Plan.ToJson());
    }

    [TestMethod]
    public void MultiplyAddsAndWeightBytes_CountWhatIsKept()
    {
        var config = new ViTConfig(imageSize: 8, patchSize: 4, channels: 1, embedDim: 8, depth: 1, numHeads: 1, mlpDim: 16, numClasses: 2);
        var weights = RandomNetworks.Random(config, seed: 1);
        var plan = new SparsityPlan();
        var mask = new BlockMask(16, 8, new BlockShape(8, 8), keepAll: false) { [1, 0] = true };
        plan.Add("blocks.0.mlp.fc1", mask);
        var network = RandomNetworks.Sparse(weights, plan);

        // 5 tokens: patches 4·16·8; qkv 24·8, proj 8·8, fc2 8·16 and half of fc1 16·8 for each; attention 2·5·5·8; head 2·8.
        Assert.AreEqual((4 * 16 * 8) + (5 * (192 + 64 + 128 + 64)) + (2 * 5 * 5 * 8) + 16, network.MultiplyAdds);
        Assert.AreEqual(network.MultiplyAdds + (5 * 64), network.DenseMultiplyAdds);
        // All parameters but 64 weights, plus 1 + 3 indices of fc1.
        Assert.AreEqual(4 * (weights.Tensors.Sum(tensor => tensor.Values.Length) - 64 + 4), network.WeightBytes);
    }

    [TestMethod]
    public void Create_RefusesWhatDoesNotFitTheNetwork()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        string[] labels = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];
        var grey = ImagePreprocessing.ImageNet(28, channels: 1);

        var size = Assert.ThrowsExactly<ArgumentException>(
            () => SparseViT.Create(weights, new SparsityPlan(), ImagePreprocessing.ImageNet(32, channels: 1), labels));
        StringAssert.Contains(size.Message, "reads images of 1x28x28, the preprocessing makes 1x32x32");
        var names = Assert.ThrowsExactly<ArgumentException>(() => SparseViT.Create(weights, new SparsityPlan(), grey, labels[..9]));
        StringAssert.Contains(names.Message, "10 classes needs as many label names, found 9");
        var plan = new SparsityPlan();
        plan.Add("blocks.9.mlp.fc1", new BlockMask(128, 64, new BlockShape(16, 16)));
        Assert.ThrowsExactly<InvalidDataException>(() => SparseViT.Create(weights, plan, grey, labels));
    }
}
