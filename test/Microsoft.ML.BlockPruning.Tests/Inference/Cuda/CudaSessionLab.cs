using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>Small networks and sessions of them on a driver of the tests.</summary>
internal static class CudaSessionLab
{
    /// <summary>DeiT's shape in small: 17 tokens, heads of 32.</summary>
    public static ViTConfig Plain { get; } = new(32, 8, 3, 64, 2, 2, 128, 5);

    /// <summary>Two prefix tokens, heads of 24, and a hidden width that blocks of 16 do not divide.</summary>
    public static ViTConfig Distilled { get; } = new(32, 8, 3, 48, 2, 2, 104, 7, isDistilled: true);

    /// <summary>As little work as a network can be: 5 tokens, one layer.</summary>
    public static ViTConfig Least { get; } = new(8, 4, 1, 16, 1, 1, 16, 3);

    public static ViTConfig ConfigOf(string name) => name == nameof(Plain) ? Plain : Distilled;

    public static SparseViT Pruned(ViTConfig config, BlockShape block, int seed = 1)
    {
        var weights = RandomNetworks.Random(config, seed);
        return RandomNetworks.Sparse(weights, RandomNetworks.Prune(weights, block, density: 0.5, seed + 1));
    }

    public static CudaSession Open(SparseViT network, ICudaDriver driver, NumberFormat element) =>
        new(network, driver, driver.GetDevice(0), element, TestPtx.Bytes);

    public static CudaSession OpenLeast(ICudaDriver driver) =>
        Open(Pruned(Least, new BlockShape(16, 16)), driver, NumberFormat.Float16);

    public static float[] ScoreOnCpu(SparseViT network, float[] images)
    {
        using var session = new SparseViTSession(network, threads: 1);
        return RandomNetworks.Score(session, images);
    }
}
