using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Random weights and images of any family.</summary>
internal static class RandomFamily
{
    public static NetworkWeights Weights(NetworkSpec spec)
    {
        var random = new Random(3);
        var weights = new NetworkWeights(spec);
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] += 0.6f * (random.NextSingle() - 0.5f);
            }
        }

        return weights;
    }

    public static CalibrationSet Calibration(NetworkSpec spec, int count)
    {
        var random = new Random(5);
        float[] pixels = [.. Enumerable.Range(0, count * spec.ImageDim).Select(_ => (3 * random.NextSingle()) - 1.5f)];
        return new CalibrationSet(spec, pixels, count);
    }
}
