using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cpu;

/// <summary>A row that is no part of the list, put in front of it as code that is made at run time would be.</summary>
[TestClass]
public sealed class ToyKernelRowTests
{
    [TestMethod]
    public void Select_TakesTheRowForItsOperationAndTheListForTheOthers()
    {
        var toy = new ToyLinearKernel();

        var kernel = CpuKernels.Select(null, [toy, .. CpuKernels.Rows]);

        var usual = CpuKernels.Select(null);
        Assert.AreSame(toy, kernel.Linear);
        Assert.AreSame(usual.Norm, kernel.Norm);
        Assert.AreSame(usual.Attention, kernel.Attention);
        Assert.AreEqual($"toy-1x1+{usual.Name}", kernel.Name);
        Assert.AreEqual(kernel, CpuKernels.Select("toy-1x1", [.. CpuKernels.Rows, toy]), "forced, although others come first");
        Assert.AreEqual(CpuKernels.Select("portable"), CpuKernels.Select("portable", [toy, .. CpuKernels.Rows]));
    }

    [TestMethod]
    public void Score_OfAWholeNetwork_AgreesWithTorchvisionInDoubleArithmetic()
    {
        var toy = new ToyLinearKernel();
        var kernel = CpuKernels.Select(null, [toy, .. CpuKernels.Rows]);
        using var expected = SafetensorsFile.Open(TinyViT.ExpectedPath);
        float[] logits = expected.ReadSingles("logits");
        using var session = new SparseViTSession(RandomNetworks.Sparse(ViTCheckpoint.Load(TinyViT.ModelPath)), threads: 2, kernel);

        float[] found = RandomNetworks.Score(session, expected.ReadSingles("images"));

        Assert.IsGreaterThan(0, toy.Calls);
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(logits[i], found[i], 1e-5f * logits.Max(Math.Abs), $"logit {i}");
        }
    }

    [TestMethod]
    public void Score_OfAPrunedNetwork_GivesTheSameBitsForEveryNumberOfThreads()
    {
        var kernel = CpuKernels.Select(null, [new ToyLinearKernel(), .. CpuKernels.Rows]);
        var weights = RandomNetworks.Random(RandomNetworks.Configs["distilled, head dim 20"], seed: 1);
        var network = RandomNetworks.Sparse(weights, RandomNetworks.Prune(weights, new BlockShape(12, 10), density: 0.5, seed: 2));
        float[] images = RandomNetworks.Images(network.Spec, 3, seed: 3);
        using var usual = new SparseViTSession(network, threads: 1);
        using var one = new SparseViTSession(network, threads: 1, kernel);
        using var three = new SparseViTSession(network, threads: 3, kernel);

        float[] expected = RandomNetworks.Score(usual, images);
        float[] found = RandomNetworks.Score(one, images);

        CollectionAssert.AreEqual(found, RandomNetworks.Score(three, images));
        CollectionAssert.AreNotEqual(expected, found, "another arithmetic class");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], 1e-4f * expected.Max(Math.Abs), $"logit {i}");
        }
    }
}
