using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Parts;

/// <summary>Four layers of DeiT-S whose tokens are read in several ways. For speed only: random weights say nothing of accuracy.</summary>
internal static class ReadoutNetworks
{
    /// <summary>As DeiT-S is.</summary>
    public static NetworkSpec ClassToken { get; } = ViT.Of(new ViTConfig(224, 16, 3, 384, 4, 6, 1536, 1000));

    /// <summary>With a norm of all tokens before the first layer, as CLIP has it.</summary>
    public static NetworkSpec NormedBefore { get; } =
        With(ClassToken.Stem with { Norm = NormOf("norm_pre") }, ClassToken.Norm, ClassToken.Heads[0]);

    /// <summary>The mean of the patches, normed then, as fine-tuned MAE has it.</summary>
    public static NetworkSpec NormedMean { get; } =
        With(ClassToken.Stem, norm: null, ClassToken.Heads[0] with { Pooling = new MeanPooling(1), Norm = NormOf("fc_norm") });

    /// <summary>The norm of all tokens, then the mean of the patches, as SigLIP and half of DINOv2 have it.</summary>
    public static NetworkSpec MeanOfNormed { get; } =
        With(ClassToken.Stem, ClassToken.Norm, ClassToken.Heads[0] with { Pooling = new MeanPooling(1) });

    public static SparseViT Random(NetworkSpec spec)
    {
        var random = new Random(1);
        var weights = new NetworkWeights(spec);
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] += 0.05f * (random.NextSingle() - 0.5f);
            }
        }

        return SparseViT.Create(
            weights, new SparsityPlan(), ImagePreprocessing.ImageNet(spec.ImageSize, spec.Channels),
            [.. Enumerable.Range(0, spec.NumClasses).Select(label => $"class {label}")]);
    }

    private static NetworkSpec With(StemSpec stem, NormSpec? norm, HeadSpec head) =>
        new("readout", ClassToken.ImageSize, ClassToken.Channels, stem, ClassToken.Steps, norm, [head]);

    private static NormSpec NormOf(string name) => new(name, ClassToken.Stem.Patch.OutFeatures, 1e-6f);
}
