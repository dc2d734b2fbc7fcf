using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>Small networks and images, random but the same on every machine.</summary>
internal static class TinyNetwork
{
    /// <summary>5 tokens (6 distilled), widths that blocks of 2, 3 and 4 cut evenly and raggedly.</summary>
    public static ViTConfig Config(int depth = 2, int embedDim = 6, int mlpDim = 10, bool isDistilled = false) =>
        new(imageSize: 4, patchSize: 2, channels: 1, embedDim, depth, numHeads: 2, mlpDim, numClasses: 3, isDistilled);

    /// <summary>Weights uniform in ±scale, biases and norms moved too, so that no term of a formula is zero by accident.</summary>
    public static NetworkWeights Weights(ViTConfig config, int seed, float scale = 0.8f)
    {
        var random = new Random(seed);
        var weights = new NetworkWeights(ViT.Of(config));
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] += scale * ((2 * random.NextSingle()) - 1);
            }
        }

        return weights;
    }

    public static float[] Images(ViTConfig config, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * config.ImageDim).Select(_ => (3 * random.NextSingle()) - 1.5f)];
    }

    public static CalibrationSet Calibration(ViTConfig config, int count, int seed = 5, int[]? labels = null) =>
        new(ViT.Of(config), Images(config, count, seed), count, labels);
}
