using System.Globalization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Weights on their way to a narrower format. Biases stay float32: they are few, and every token meets them.</summary>
internal static class WeightRounding
{
    /// <summary>A copy whose weight holds the nearest numbers that the format has.</summary>
    /// <exception cref="ArithmeticException">A weight is beyond what the format holds; names it.</exception>
    public static LinearWeights Copy(LinearWeights layer, NumberFormat format)
    {
        RequireFits(layer.Name, format, layer.Weight);
        var copy = new LinearWeights(layer.Name, layer.OutFeatures, layer.InFeatures);
        layer.Weight.CopyTo(copy.Weight, 0);
        layer.Bias.CopyTo(copy.Bias, 0);
        BlockCodecs.Of(format).Round(copy.Weight);
        return copy;
    }

    /// <summary>Refuses a finite weight that would become infinite, before a file is written that no reader takes.</summary>
    /// <exception cref="ArithmeticException">There is one; names it.</exception>
    public static void RequireFits(string layer, NumberFormat format, ReadOnlySpan<float> weights)
    {
        float largest = BlockCodecs.Of(format).Largest;
        foreach (float weight in weights)
        {
            if (Math.Abs(weight) > largest && float.IsFinite(weight))
            {
                throw new ArithmeticException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{layer}.weight holds {weight}, and {format} holds at most {largest}; take NumberFormat.Float32 as WeightFormat."));
            }
        }
    }
}
