namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>How much accuracy a user gives up.</summary>
internal static class AccuracyLimit
{
    // Fractions of whole images: 0.90 - 0.01 in floating point must not refuse 0.89.
    private const double Rounding = 1e-9;

    /// <summary>Whether a trial was completed and lost no more than allowed.</summary>
    /// <param name="result">The trial.</param>
    /// <param name="denseTop1">Fraction of the images, in [0, 1].</param>
    /// <param name="maximumDrop">Fraction of the images, in [0, 1].</param>
    public static bool Holds(TrialResult result, double denseTop1, double maximumDrop) =>
        result.IsCompleted && result.Top1 >= denseTop1 - maximumDrop - Rounding;

    /// <summary>Checks a drop.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1].</exception>
    public static void Check(double maximumDrop)
    {
        if (!(maximumDrop is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximumDrop), maximumDrop,
                $"The accuracy drop is {maximumDrop}, not in [0, 1]: it is a fraction of the images, such as 0.01 for one point.");
        }
    }
}
