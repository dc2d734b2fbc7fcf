using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Formats;

/// <summary>A format is a codec: with one of a test's own, weights are stored, counted, packed and scored.</summary>
[TestClass]
public sealed class ToyFormatTests
{
    private static readonly ToyCodec Toy = new();

    [TestMethod]
    public void Matrix_InTheFormat_IsCodedBlockByBlock_WithinItsError()
    {
        var mask = new BlockMask(20, 12, new BlockShape(8, 4)) { [0, 0] = false, [2, 1] = false };
        var random = new Random(1);
        float[] weight = [.. Enumerable.Range(0, 20 * 12).Select(i => (random.NextSingle() - 0.5f) * (1 << (i / 12 / 8 * 3)))];

        var matrix = BlockSparseMatrix.FromDense(weight, mask).In(Toy);

        Assert.AreEqual(mask.KeptBlocks * ((8 * 4) + 4), matrix.Values.Bytes.Length);
        float[] dense = matrix.ToDense();
        for (int i = 0; i < dense.Length; i++)
        {
            var (row, column) = (i / 12, i % 12);
            float largest = Enumerable.Range(0, 20 * 12).Where(j => j / 12 / 8 == row / 8 && j % 12 / 4 == column / 4)
                .Max(j => Math.Abs(weight[j]));
            float expected = mask[row / 8, column / 4] ? weight[i] : 0;
            Assert.AreEqual(expected, dense[i], largest * Toy.AbsoluteError * 1.0001, $"row {row}, column {column}");
        }
    }

    [TestMethod]
    public void Cost_AsksTheCodec()
    {
        var cost = new NetworkCost(ViT.Of(RandomNetworks.Small), Toy);

        Assert.AreEqual(4 + 256 + 4, cost.BytesOf(256, indices: 1), "scale, weights, index");
    }

    [TestMethod]
    public void Score_OfANetworkInTheFormat_GivesTheBitsOfItsDecodedWeights()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        var plan = RandomNetworks.Prune(weights, new BlockShape(16, 16), density: 0.5, seed: 2);
        var plain = RandomNetworks.Sparse(weights, plan);
        var toy = new SparseViT(
            plain.Spec, plain.Preprocessing, plain.LabelNames,
            plain.Weights.With(linear => linear with { Weight = linear.Weight.In(Toy) }));
        foreach (var (dense, coded) in weights.PrunableLayers.Zip(toy.PrunableLayers))
        {
            coded.Weight.ToDense().CopyTo(dense.Weight, 0);
        }

        float[] images = RandomNetworks.Images(plain.Spec, 2, seed: 3);
        using var unrounded = new SparseViTSession(plain, threads: 1);
        using var expected = new SparseViTSession(RandomNetworks.Sparse(weights, plan), threads: 1);
        using var found = new SparseViTSession(toy, threads: 2);
        CollectionAssert.AreEqual(RandomNetworks.Score(expected, images), RandomNetworks.Score(found, images));
        CollectionAssert.AreNotEqual(RandomNetworks.Score(unrounded, images), RandomNetworks.Score(found, images));
    }
}
