using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>Random networks in which every part matters: norms, biases, tokens and positions are not what they start as.</summary>
internal static class RandomNetworks
{
    public static ViTConfig Small { get; } = new(
        imageSize: 28, patchSize: 4, channels: 1, embedDim: 64, depth: 3, numHeads: 2, mlpDim: 128, numClasses: 10);

    /// <summary>What networks differ in: tokens, channels, distillation, head widths, and sizes that no strip or panel divides.</summary>
    public static IReadOnlyDictionary<string, ViTConfig> Configs { get; } = new Dictionary<string, ViTConfig>
    {
        ["grey, 50 tokens"] = Small,
        ["plain, 17 tokens"] = new(32, 8, 3, 48, 2, 3, 96, 5),
        ["distilled, head dim 20"] = new(32, 8, 3, 60, 2, 3, 100, 7, isDistilled: true),
        ["head dim 6, odd everything"] = new(28, 7, 1, 30, 2, 5, 50, 3, layerNormEps: 1e-12f),
        ["head dim 80, 65 tokens"] = new(64, 8, 3, 160, 1, 2, 200, 9),
        ["head dim 48, 197 tokens"] = new(224, 16, 3, 48, 2, 1, 64, 12),
        ["one token's patch"] = new(8, 8, 3, 16, 1, 1, 24, 1),
    };

    /// <summary>Weights of about the size that keeps every layer's output near one.</summary>
    public static NetworkWeights Random(ViTConfig config, int seed) => Random(ViT.Of(config), seed);

    /// <inheritdoc cref="Random(ViTConfig, int)"/>
    public static NetworkWeights Random(NetworkSpec spec, int seed)
    {
        var random = new Random(seed);
        var weights = new NetworkWeights(spec);
        foreach (var tensor in weights.Tensors)
        {
            bool isNormScale = tensor.Name.Contains("norm", StringComparison.Ordinal)
                && tensor.Name.EndsWith("weight", StringComparison.Ordinal);
            int fanIn = tensor.Shape.Count == 1 || tensor.Name.EndsWith("token", StringComparison.Ordinal)
                ? 1
                : tensor.Shape.Skip(1).Aggregate(1, (product, side) => product * side);
            double size = (tensor.Name == "pos_embed" ? 1 : Math.Sqrt(3.0 / fanIn)) * (tensor.Shape.Count == 1 ? 0.3 : 1);
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] = (float)(size * ((2 * random.NextDouble()) - 1)) + (isNormScale ? 1 : 0);
            }
        }

        return weights;
    }

    /// <summary>A random plan over all prunable layers; the weights in removed blocks become zero.</summary>
    public static SparsityPlan Prune(NetworkWeights weights, BlockShape shape, double density, int seed)
    {
        var random = new Random(seed);
        var plan = new SparsityPlan();
        foreach (var layer in weights.PrunableLayers)
        {
            var mask = new BlockMask(layer.OutFeatures, layer.InFeatures, shape, keepAll: false);
            for (int block = 0; block < mask.TotalBlocks; block++)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = random.NextDouble() < density;
            }

            for (int i = 0; i < layer.Weight.Length; i++)
            {
                layer.Weight[i] = mask[i / layer.InFeatures / shape.Height, i % layer.InFeatures / shape.Width] ? layer.Weight[i] : 0f;
            }

            plan.Add(layer.Name, mask);
        }

        return plan;
    }

    public static SparseViT Sparse(
        NetworkWeights weights, SparsityPlan? plan = null, NumberFormat format = NumberFormat.Float32) => SparseViT.Create(
        weights,
        plan ?? new SparsityPlan(),
        ImagePreprocessing.ImageNet(weights.Spec.ImageSize, weights.Spec.Channels),
        [.. Enumerable.Range(0, weights.Spec.NumClasses).Select(i => $"class {i}")],
        format: format);

    /// <summary>The small network, pruned by half.</summary>
    public static SparseViT SmallPruned()
    {
        var weights = Random(Small, seed: 1);
        return Sparse(weights, Prune(weights, new BlockShape(16, 16), density: 0.5, seed: 2));
    }

    public static float[] Images(ViTConfig config, int count, int seed) => Images(ViT.Of(config), count, seed);

    public static float[] Images(NetworkSpec spec, int count, int seed)
    {
        var random = new Random(seed);
        float[] images = new float[count * spec.ImageDim];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = (4 * random.NextSingle()) - 2;
        }

        return images;
    }

    public static float[] Score(IScoringSession session, float[] images)
    {
        int count = images.Length / session.Spec.ImageDim;
        float[] logits = new float[count * session.Spec.NumClasses];
        session.Score(images, count, logits);
        return logits;
    }
}
