using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>Networks of DeiT's sizes (Touvron et al., ICML 2021), with random weights.</summary>
internal enum InferenceNetwork
{
    DeiTTi,
    DeiTS,
    DeiTB,
}

/// <summary>A network with random masks of 32x32 blocks over all its prunable layers.</summary>
internal sealed class InferenceSubject
{
    /// <summary>Images of noise that there are.</summary>
    public const int Images = 32;

    private readonly PruningSubject _subject;

    public InferenceSubject(InferenceNetwork network)
    {
        (Name, int dim) = network switch
        {
            InferenceNetwork.DeiTTi => ("DeiT-Ti", 192),
            InferenceNetwork.DeiTS => ("DeiT-S", 384),
            InferenceNetwork.DeiTB => ("DeiT-B", 768),
            _ => throw new ArgumentOutOfRangeException(nameof(network), network, "Not a network of this benchmark."),
        };
        _subject = PruningSubject.Random(Name, dim, PruningSubject.Depth, Images);
    }

    public string Name { get; }

    public PruningSubject Subject => _subject;

    /// <summary>The network with a share of its blocks.</summary>
    /// <param name="keep">In (0, 1]; 1: dense.</param>
    public SparseViT With(double keep)
    {
        var plan = new SparsityPlan();
        int seed = 4;
        foreach (var layer in keep < 1 ? _subject.Weights.PrunableLayers : [])
        {
            plan.Add(layer.Name, RandomMask.Create(layer.OutFeatures, layer.InFeatures, new BlockShape(32, 32), 1 - keep, seed++));
        }

        return NetworkSubject.Sparse(_subject.Weights, plan);
    }
}
