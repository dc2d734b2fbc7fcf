using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Small networks with random weights, the same for the same seed.</summary>
internal static class TestNetworks
{
    public const int ImageSize = 16;

    /// <summary>Five tokens, two encoder layers of width 16, mean and deviation one half.</summary>
    public static ViTConfig Config(int channels = 3, int numClasses = 3, bool isDistilled = false) => new(
        ImageSize, patchSize: 8, channels, embedDim: 16, depth: 2, numHeads: 2, mlpDim: 32, numClasses, isDistilled);

    /// <summary>Weights large enough that images of one colour differ in their best class.</summary>
    public static NetworkWeights Weights(ViTConfig config, int seed = 1)
    {
        var random = new Random(seed);
        var weights = new NetworkWeights(ViT.Of(config));
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

    /// <summary>Does not resize, so that images of <see cref="ImageSize"/> are read as they are.</summary>
    public static ImagePreprocessing Preprocessing(int channels = 3, ImageResize resize = ImageResize.None) => new(
        ImageSize, channels, [.. Enumerable.Repeat(0.5f, channels)], [.. Enumerable.Repeat(0.5f, channels)], resize);

    /// <summary>Blocks of 8 x 8, every third one removed.</summary>
    public static SparsityPlan Plan(ViTConfig config)
    {
        var plan = new SparsityPlan();
        foreach (var layer in ViT.Of(config).PrunableLinears)
        {
            var mask = new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(8, 8));
            for (int block = 0; block < mask.TotalBlocks; block += 3)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
            }

            plan.Add(layer.Name, mask);
        }

        return plan;
    }

    public static SparseViT Sparse(ViTConfig config, ImagePreprocessing? preprocessing = null) => SparseViT.Create(
        Weights(config), Plan(config), preprocessing ?? Preprocessing(config.Channels),
        [.. Enumerable.Range(0, config.NumClasses).Select(i => $"class {i}")]);

    /// <summary>A transformer over columns Image, Score and PredictedLabel.</summary>
    public static SparseViTTransformer Transformer(
        MLContext ml, ImagePreprocessing? preprocessing = null, int batchSize = 4, PruneReport? report = null) => new(
        ml, new ScoringSettings("Image", "Score", "PredictedLabel", batchSize, NumberOfThreads: 2), Sparse(Config(), preprocessing),
        report);
}
