using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>Networks that are no ViT on a GPU, with the interpreter in the GPU's place.</summary>
[TestClass]
public sealed class SpecifiedCudaTests
{
    [TestMethod]
    public void Score_OfTokensThatHeadsRead_AgreesWithTheOracle()
    {
        var spec = SpecifiedNetworks.ForTheGpu;
        var (weights, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(16, 16));
        float[] images = RandomNetworks.Images(spec, 2, seed: 3);
        var oracle = new ReferenceNetwork(weights);
        double[] expected = [.. images.Chunk(spec.ImageDim).SelectMany(image => oracle.Logits(image))];
        using var driver = new PtxInterpreterDriver();
        using var session = CudaSessionLab.Open(pruned, driver, NumberFormat.Float32);

        float[] logits = RandomNetworks.Score(session, images);

        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], 1e-4 * largest, $"logit {i}");
        }
    }

    [TestMethod]
    public void Check_RefusesMergesAndMeans_ByName()
    {
        StringAssert.Contains(Refusal(SpecifiedNetworks.Merging), "merges no tokens, the network does in 'down1': score it on the CPU");
        StringAssert.Contains(Refusal(ToyFamily.Spec), "'classes' reads the mean of many: score it on the CPU");
        CudaRequirements.Check(SpecifiedNetworks.ForTheGpu);
    }

    private static string Refusal(BlockPruning.Networks.NetworkSpec spec) =>
        Assert.ThrowsExactly<NotSupportedException>(() => CudaRequirements.Check(spec)).Message;
}
