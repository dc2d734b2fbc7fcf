using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cpu;

/// <summary>Networks that are no ViT, scored by a session, against float64 loops.</summary>
[TestClass]
public sealed class SpecifiedNetworkTests
{
    private const int Images = 5;

    public static IEnumerable<(string Network, string Kernel)> NetworksAndKernels =>
        from network in SpecifiedNetworks.All.Keys
        from kernel in TestKernels.Names
        select (network, kernel);

    public static IEnumerable<string> Networks => SpecifiedNetworks.All.Keys;

    [TestMethod]
    [DynamicData(nameof(NetworksAndKernels))]
    public void Score_AgreesWithTheOracle_ToATenThousandthOfTheLargestLogit(string name, string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var spec = SpecifiedNetworks.All[name];
        var (weights, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(4, 3));
        float[] images = RandomNetworks.Images(spec, Images, seed: 3);
        var oracle = new ReferenceNetwork(weights);
        double[] expected = [.. images.Chunk(spec.ImageDim).SelectMany(image => oracle.Logits(image))];
        using var session = new SparseViTSession(pruned, threads: 2, kernel);

        float[] logits = RandomNetworks.Score(session, images);

        double largest = expected.Max(Math.Abs);
        Assert.IsGreaterThan(0.1, largest, "the network says nothing");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], 1e-4 * largest, $"image {i / spec.NumClasses}, class {i % spec.NumClasses}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_IsTheSameBits_ForAnyKernelThreadsBatchAndPlace_AndAfterLoading(string name)
    {
        var spec = SpecifiedNetworks.All[name];
        var (_, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(4, 3));
        float[] images = RandomNetworks.Images(spec, 70, seed: 3); // more than one piece
        using var one = new SparseViTSession(pruned, threads: 1);
        float[] expected = RandomNetworks.Score(one, images);
        using var stream = new MemoryStream();
        pruned.Save(stream);
        var loaded = SparseViTReader.Read(new MemoryStream(stream.ToArray()));

        foreach (var kernel in CpuKernels.All.Where(kernel => kernel.IsSupported))
        {
            foreach (int threads in new[] { 1, 3 })
            {
                using var session = new SparseViTSession(loaded, threads, kernel);
                CollectionAssert.AreEqual(expected, RandomNetworks.Score(session, images), $"{kernel.Name}, {threads} threads");
                float[] alone = RandomNetworks.Score(session, images[(41 * spec.ImageDim)..(42 * spec.ImageDim)]);
                CollectionAssert.AreEqual(expected[(41 * spec.NumClasses)..(42 * spec.NumClasses)], alone, $"{kernel.Name}, alone");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void File_LoadsAsTheSameNetwork_AndIsWrittenTheSame(string name)
    {
        var spec = SpecifiedNetworks.All[name];
        var (_, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(4, 3));
        using var first = new MemoryStream();
        pruned.Save(first);

        var loaded = SparseViTReader.Read(new MemoryStream(first.ToArray()));
        using var second = new MemoryStream();
        loaded.Save(second);

        Assert.IsTrue(spec.HasSameParts(loaded.Spec));
        CollectionAssert.AreEqual(pruned.LabelNames.ToArray(), loaded.LabelNames.ToArray());
        CollectionAssert.AreEqual(first.ToArray(), second.ToArray());
        foreach (var (expected, found) in pruned.PrunableLayers.Zip(loaded.PrunableLayers))
        {
            Assert.AreEqual(expected.Name, found.Name);
            CollectionAssert.AreEqual(expected.Weight.ToDense(), found.Weight.ToDense());
        }
    }

    /// <summary>Panels are of 48 tokens; what is read of the last of them decides from the last step on that mixes tokens.</summary>
    [TestMethod]
    public void Panels_AreThoseThatHeadsRead_AfterTheLastStepThatMixesTokens()
    {
        Assert.AreEqual("(1,1) (1,1) (1,1) (1,1)", PanelsOf(ToyFamily.Spec)); // 16 tokens
        Assert.AreEqual("(2,2) (1,1) (1,1) (1,1) (1,1) (1,1)", PanelsOf(SpecifiedNetworks.Merging));
        Assert.AreEqual("(2,2) (2,2)", PanelsOf(SpecifiedNetworks.ManyHeads)); // the mean reads all
        Assert.AreEqual("(2,2)", PanelsOf(SpecifiedNetworks.Unmixed)); // token 50 is of the second panel
        Assert.AreEqual(
            "(2,2) (2,2) (2,1) (1,1)", PanelsOf(ViT.Of(new ViTConfig(32, 4, 1, 24, 2, 2, 40, 3))), "of the last attention on, token 0");
    }

    [TestMethod]
    public void Probe_TimesTheLayersOfANetworkWithMerges()
    {
        using var probe = new LatencyProbe(SpecifiedNetworks.Merging, batchSize: 2, threads: 1, ProbeEffort.Report);

        Assert.AreEqual(2, probe.PanelsOf("a.tell"));
        Assert.AreEqual(1, probe.PanelsOf("down1.reduction"));
        double[] times = probe.Milliseconds("down1.reduction", [LatencyProbe.Dense(20, 48)]);
        Assert.IsTrue(times.Single() > 0 && double.IsFinite(times.Single()));
        Assert.Contains("'blocks.0.attn.qkv'", Assert.ThrowsExactly<ArgumentException>(() => probe.PanelsOf("blocks.0.attn.qkv")).Message);
    }

    private static string PanelsOf(NetworkSpec spec) =>
        string.Join(' ', StepPanels.Of(spec).Select(panels => $"({panels.First},{panels.Second})"));
}
