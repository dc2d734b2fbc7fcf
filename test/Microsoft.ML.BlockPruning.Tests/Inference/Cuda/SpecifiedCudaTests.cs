using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>Networks that are no ViT on a GPU, with the interpreter in the GPU's place.</summary>
[TestClass]
public sealed class SpecifiedCudaTests
{
    public static IEnumerable<string> Networks =>
        SpecifiedNetworks.All.Keys.Where(name => name.EndsWith("for the GPU", StringComparison.Ordinal));

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_AgreesWithTheOracle(string name)
    {
        var spec = SpecifiedNetworks.All[name];
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
    public void Check_RefusesMergesAndOddWidths_ByName()
    {
        StringAssert.Contains(Refusal(SpecifiedNetworks.Merging), "merges no tokens, the network does in 'down1': score it on the CPU");
        StringAssert.Contains(Refusal(SpecifiedNetworks.Gelus), "the network's 'a.norm.mix' has 11: score it on the CPU");
        CudaRequirements.Check(SpecifiedNetworks.ForTheGpu);
    }

    private static string Refusal(BlockPruning.Networks.NetworkSpec spec) =>
        Assert.ThrowsExactly<NotSupportedException>(() => CudaRequirements.Check(spec)).Message;
}
