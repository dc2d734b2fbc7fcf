using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>The largest settings of scoring: one bound for options, calls and model files alike.</summary>
internal static class ScoringLimits
{
    /// <summary>Images scored at once. At most 256 go through the layers together, so that more would only take memory.</summary>
    public const int BatchSize = 4096;

    /// <summary>Images scored at once where nobody says how many.</summary>
    public const int UsualBatchSize = 32;

    /// <summary>Threads of a session; each has a stack and a workspace of its own.</summary>
    public const int Threads = 1024;

    /// <summary>Checks what a caller gave.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or above its bound.</exception>
    public static void Check(int batchSize, int? threads)
    {
        if (!IsBatchSize(batchSize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(batchSize), batchSize, $"BatchSize is {batchSize}, expected 1 to {BatchSize} images; it does not change a score.");
        }

        CheckThreads(threads);
    }

    /// <summary>Checks a number of threads; null stands for one per logical processor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive, or above its bound.</exception>
    public static void CheckThreads(int? threads)
    {
        if (threads is < 1 or > Threads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(threads), threads, $"NumberOfThreads is {threads}, expected 1 to {Threads}; it does not change a score.");
        }
    }

    public static bool IsBatchSize(int batchSize) => batchSize is >= 1 and <= BatchSize;

    /// <summary>Images of a batch whose pixels, and whose logits, one array holds.</summary>
    /// <param name="batchSize">What was asked for.</param>
    /// <param name="spec">The network.</param>
    public static int FittingBatch(int batchSize, NetworkSpec spec) =>
        Math.Clamp(batchSize, 1, Math.Max(1, Array.MaxLength / Math.Max(spec.ImageDim, spec.NumClasses)));
}
