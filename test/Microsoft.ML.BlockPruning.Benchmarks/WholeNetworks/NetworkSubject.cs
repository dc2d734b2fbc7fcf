using FashionMnist;
using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>A network, the images that it is timed on, and the pruned networks beside it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Weights">Dense.</param>
/// <param name="Images">With labels where there are some: then accuracy is measured too.</param>
/// <param name="Batches">Batch sizes where none are asked for.</param>
/// <param name="Pruned">From the largest to the smallest.</param>
internal sealed record NetworkSubject(
    string Name, NetworkWeights Weights, CalibrationSet Images, int[] Batches, IReadOnlyList<SparseViT> Pruned)
{
    private const int NoiseImages = 32;
    private static readonly double[] Keeps = [0.5, 0.35, 0.25];
    private static readonly double[] Sparsities = [0.5, 0.75, 0.9];

    /// <param name="network">Which one.</param>
    /// <param name="models">Where pruned networks come from.</param>
    public static NetworkSubject Of(PruningNetwork network, PrunedModels models) => network switch
    {
        PruningNetwork.Bundled => Bundled(models),
        PruningNetwork.DeiTS => Random("DeiT-S", 384),
        PruningNetwork.DeiTB => Random("DeiT-B", 768),
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, "Not a network of this benchmark."),
    };

    /// <summary>A network with its masks, as a file of ours holds it.</summary>
    /// <remarks>Images come normalised, so the preprocessing is of no account.</remarks>
    public static SparseViT Sparse(NetworkWeights weights, SparsityPlan plan)
    {
        var config = weights.Config;
        float[] half = [.. Enumerable.Repeat(0.5f, config.Channels)];
        string[] labels = [.. Enumerable.Range(0, config.NumClasses).Select(label => $"{label}")];
        return SparseViT.Create(weights, plan, new ImagePreprocessing(config.ImageSize, config.Channels, half, half), labels);
    }

    private static NetworkSubject Bundled(PrunedModels models)
    {
        var subject = PruningSubject.Bundled();
        var test = PruningSubject.Normalised(subject.Weights.Spec, FashionMnistData.ReadTest());
        return new NetworkSubject("bundled", subject.Weights, test, [1, 32], [.. Keeps.Select(keep => models.Of(subject, keep))]);
    }

    private static NetworkSubject Random(string name, int dim)
    {
        var subject = PruningSubject.Random(name, dim, PruningSubject.Depth, NoiseImages);
        return new NetworkSubject(
            name, subject.Weights, subject.Calibration, [1, 8],
            [.. Sparsities.Select(sparsity => RandomlyPruned(subject.Weights, sparsity))]);
    }

    private static SparseViT RandomlyPruned(NetworkWeights weights, double sparsity)
    {
        var plan = new SparsityPlan();
        int seed = 4;
        foreach (var layer in weights.PrunableLayers)
        {
            plan.Add(layer.Name, RandomMask.Create(layer.OutFeatures, layer.InFeatures, new BlockShape(32, 32), sparsity, seed++));
        }

        return Sparse(weights, plan);
    }
}
