using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Measurement;

[TestClass]
public sealed class LatencyProbeTests
{
    private static readonly NetworkSpec Network = ViT.Of(
        new(imageSize: 32, patchSize: 4, channels: 1, embedDim: 24, depth: 2, numHeads: 2, mlpDim: 40, numClasses: 3));

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(70, 2)]
    public void Milliseconds_AreOneForEachLevelAndOneOfTheDenseLayer(int batchSize, int threads)
    {
        long before = NativeBuffer.LiveBytes;
        using var probe = new LatencyProbe(Network, batchSize, threads);

        var (sparse, dense) = probe.Milliseconds("blocks.0.mlp.fc2", new BlockMask(24, 40, new BlockShape(16, 16))); // ragged

        Assert.HasCount(LatencyProbe.Steps + 1, sparse);
        Assert.IsTrue(sparse.Append(dense).All(time => time > 0 && double.IsFinite(time)));
        Assert.AreEqual(before, NativeBuffer.LiveBytes);
    }

    [TestMethod]
    public void Milliseconds_OfSeveralMasks_AreOneForEach_AndAnEmptyOneIsFastest()
    {
        var layer = new BlockMask(512, 512, new BlockShape(16, 16));
        using var probe = new LatencyProbe(Network, batchSize: 1, threads: 1, ProbeEffort.Report);

        double[] times = probe.Milliseconds(
            "blocks.0.mlp.fc2", [LatencyProbe.Dense(512, 512), layer, new BlockMask(512, 512, layer.Shape, keepAll: false)]);

        Assert.HasCount(3, times);
        Assert.IsLessThan(times[0], times[2]); // 17 million multiply-adds against none
        Assert.IsLessThan(times[1], times[2]);
    }

    [TestMethod]
    public void PanelsOf_AreThoseThatTheForwardPassComputes()
    {
        using var probe = new LatencyProbe(Network, batchSize: 1, threads: 1);

        Assert.AreEqual(2, probe.PanelsOf("blocks.0.mlp.fc1")); // 65 tokens in panels of 48
        Assert.AreEqual(2, probe.PanelsOf("blocks.1.attn.qkv"));
        Assert.AreEqual(1, probe.PanelsOf("blocks.1.attn.proj"));
    }
}
