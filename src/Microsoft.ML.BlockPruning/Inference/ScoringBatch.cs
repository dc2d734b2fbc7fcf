using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>What every session asks of a batch, and how it cuts one that is too large.</summary>
internal static class ScoringBatch
{
    /// <summary>Checks the lengths.</summary>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Check(NetworkSpec spec, int pixels, int count, int logits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (pixels != (long)count * spec.ImageDim || logits != (long)count * spec.NumClasses)
        {
            throw new ArgumentException(
                $"{count} images need {(long)count * spec.ImageDim} pixel values "
                + $"({spec.Channels}x{spec.ImageSize}x{spec.ImageSize} each) and {(long)count * spec.NumClasses} logits "
                + $"({spec.NumClasses} each), found {pixels} and {logits}.");
        }
    }

    /// <summary>Images of a piece: as few pieces as can be, of about equal size.</summary>
    public static int PieceOf(int count, int largest)
    {
        int pieces = (count + largest - 1) / largest;
        return (count + pieces - 1) / pieces;
    }
}
