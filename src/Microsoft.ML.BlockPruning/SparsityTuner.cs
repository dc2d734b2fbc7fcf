using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning;

/// <summary>How a <see cref="SparsitySweep"/> goes through its search space.</summary>
public sealed class SparsityTuner
{
    private SparsityTuner(ITuner tuner) => Tuner = tuner;

    internal ITuner Tuner { get; }

    /// <summary>Tries every combination, from the most kept to the least.</summary>
    /// <returns>The tuner.</returns>
    public static SparsityTuner Grid() => new(new GridTuner());

    /// <summary>Tries combinations drawn evenly, with kept fractions between the least and the most of the space.</summary>
    /// <param name="trials">How many.</param>
    /// <param name="seed">Same seed, same trials.</param>
    /// <returns>The tuner.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public static SparsityTuner Random(int trials, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials);
        return new SparsityTuner(new RandomTuner(trials, seed));
    }

    /// <summary>
    /// Successive halving: at each kept fraction all blocks, criteria, refits and epochs race, on few calibration images first; the best
    /// go on with more, and one of them to all images.
    /// </summary>
    /// <param name="factor">Of each round the best 1 / factor go on, with factor times the images; at least 2.</param>
    /// <param name="leastImages">Calibration images of a round at least.</param>
    /// <returns>The tuner.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>
    /// K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016. It pays from
    /// about six combinations of block, criterion, refit and epochs; the least KL(dense ‖ pruned) on the validation images wins a round.
    /// </remarks>
    public static SparsityTuner SuccessiveHalving(int factor = 3, int leastImages = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leastImages);
        return new SparsityTuner(new HalvingTuner(factor, leastImages));
    }

    /// <summary>Finds, for every block and criterion, the least kept fraction that loses no more accuracy than allowed.</summary>
    /// <param name="maximumAccuracyDrop">Fraction of the validation images, in [0, 1], that may be lost against the dense network.</param>
    /// <param name="tolerance">How close the kept fraction is found, in (0, 1).</param>
    /// <returns>The tuner.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static SparsityTuner Bisection(double maximumAccuracyDrop, double tolerance = 1.0 / 64)
    {
        AccuracyLimit.Check(maximumAccuracyDrop);
        return tolerance is > 1e-6 and < 1
            ? new SparsityTuner(new BisectionTuner(maximumAccuracyDrop, tolerance))
            : throw new ArgumentOutOfRangeException(
                nameof(tolerance), tolerance, $"The tolerance is {tolerance}, not above 0.000001 and below 1.");
    }
}
