using System.Globalization;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>A network whose logits are not finite has no answer: it says so instead of a class.</summary>
internal static class FiniteLogits
{
    /// <summary>Where the first logit stands that is NaN or infinite; −1 where all are finite.</summary>
    /// <param name="logits">Any number of images' logits.</param>
    public static int FirstBad(ReadOnlySpan<float> logits)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What to throw.</summary>
    /// <param name="what">The image, such as <c>Row 5 (from 0)</c>.</param>
    /// <param name="logits">[numClasses] of that image.</param>
    public static ArithmeticException Error(string what, ReadOnlySpan<float> logits)
    {
        int label = FirstBad(logits);
        float logit = logits[label];
        return new ArithmeticException(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: the network's logits are not finite (class {label}: {logit}), so there is no answer. Its weights overflow in "
            + $"float32, or the image's pixels are of extreme size: check the network on other images, and the file it came from."));
    }
}
