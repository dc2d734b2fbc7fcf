using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>Networks of a few kilobytes: random weights, the same every time.</summary>
internal static class TinyNetwork
{
    public const int ImageSize = 8;

    public static IReadOnlyList<string> Labels { get; } = ["bird", "cat", "dog"];

    /// <summary>Five or six tokens, one encoder layer of width 8.</summary>
    public static ViTConfig Config(int channels = 3, bool isDistilled = false) => new(
        ImageSize, patchSize: 4, channels, embedDim: 8, depth: 1, numHeads: 2, mlpDim: 16, Labels.Count, isDistilled);

    public static NetworkWeights Weights(ViTConfig config) => Weights(ViT.Of(config));

    private static NetworkWeights Weights(NetworkSpec spec)
    {
        var random = new Random(1);
        var weights = new NetworkWeights(spec);
        foreach (var tensor in weights.Tensors)
        {
            bool isNorm = tensor.Name.Contains("norm", StringComparison.Ordinal);
            float mean = isNorm && tensor.Name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0;
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] = mean + ((float)random.NextDouble() - 0.5f);
            }
        }

        return weights;
    }

    /// <summary>Blocks of 4 x 4, every third one removed; the last layer stays dense.</summary>
    public static SparsityPlan Plan(ViTConfig config) => Plan(ViT.Of(config));

    /// <inheritdoc cref="Plan(ViTConfig)"/>
    public static SparsityPlan Plan(NetworkSpec spec)
    {
        var plan = new SparsityPlan();
        foreach (var layer in spec.PrunableLinears.SkipLast(1))
        {
            var mask = new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(4, 4));
            for (int block = 0; block < mask.TotalBlocks; block += 3)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
            }

            plan.Add(layer.Name, mask);
        }

        return plan;
    }

    /// <summary>A pruned network as a file.</summary>
    public static byte[] Saved(ViTConfig config) => Saved(ViT.Of(config));

    /// <inheritdoc cref="Saved(ViTConfig)"/>
    public static byte[] Saved(NetworkSpec spec, NumberFormat format = NumberFormat.Float32)
    {
        using var stream = new MemoryStream();
        var pixels = ImagePreprocessing.ImageNet(spec.ImageSize, spec.Channels);
        string[] labels = [.. Labels, .. Enumerable.Range(Labels.Count, spec.NumClasses - Labels.Count).Select(i => $"class {i}")];
        SparseViT.Create(Weights(spec), Plan(spec), pixels, labels, notes: null, format).Save(stream);
        return stream.ToArray();
    }
}
