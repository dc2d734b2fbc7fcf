using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Stopping;

namespace Microsoft.ML.BlockPruning;

/// <content>What a sweep may take, what it may lose, and when it ends or leaves a trial out.</content>
public sealed partial class SparsitySweep
{
    /// <summary>Sets the most trials, those from the journal included; no limit where this is not called.</summary>
    /// <param name="maxModelToExplore">At least 1.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public SparsitySweep SetMaxModelToExplore(int maxModelToExplore)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxModelToExplore);
        _setup = _setup with { Limits = _setup.Limits with { Trials = maxModelToExplore } };
        return this;
    }

    /// <summary>Sets the most wall time; the trial that is running then is dropped. No limit where this is not called.</summary>
    /// <param name="trainingTimeInSeconds">Seconds, at least 1.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is zero.</exception>
    public SparsitySweep SetTrainingTimeInSeconds(uint trainingTimeInSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(trainingTimeInSeconds);
        _setup = _setup with { Limits = _setup.Limits with { Time = TimeSpan.FromSeconds(trainingTimeInSeconds) } };
        return this;
    }

    /// <summary>Sets the most resident memory of the process that runs trials; no limit where this is not called.</summary>
    /// <param name="maximumMemoryUsageInMegaByte">Of 2^20 bytes each. Below what the runtime and libtorch take no trial can run.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    /// <remarks>
    /// A child process above it is ended and its trial fails. In the sweep's own process a trial is refused where what is held and what
    /// it takes at the least are more than the limit; one that is running is not stopped. Each fold has a process and a limit of its own.
    /// </remarks>
    public SparsitySweep SetMaximumMemoryUsageInMegaByte(double maximumMemoryUsageInMegaByte)
    {
        if (!(maximumMemoryUsageInMegaByte > 0 && maximumMemoryUsageInMegaByte < long.MaxValue >> 20))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximumMemoryUsageInMegaByte), maximumMemoryUsageInMegaByte,
                $"The limit of memory is {maximumMemoryUsageInMegaByte} MB; it must be above 0.");
        }

        _setup = _setup with { MemoryLimit = (long)(maximumMemoryUsageInMegaByte * (1 << 20)) };
        return this;
    }

    /// <summary>Sets how many networks are held in memory, of the best trials; 1 where this is not called.</summary>
    /// <param name="maximumModelsToKeep">At least 1. The others are let go, and pruned again when they are asked for.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public SparsitySweep SetMaximumModelsToKeep(int maximumModelsToKeep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumModelsToKeep);
        _setup = _setup with { Limits = _setup.Limits with { Models = maximumModelsToKeep } };
        return this;
    }

    /// <summary>Sets how much accuracy the recommended trial may lose; 0.01, one point, where this is not called.</summary>
    /// <param name="fraction">Fraction of the validation images, in [0, 1].</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in [0, 1].</exception>
    public SparsitySweep SetMaximumAccuracyDrop(double fraction)
    {
        AccuracyLimit.Check(fraction);
        _setup = _setup with { Limits = _setup.Limits with { MaximumDrop = fraction } };
        return this;
    }

    /// <summary>Stops trials early that another one is better than: they are not run. None is stopped where this is not called.</summary>
    /// <param name="significance">How often a family of trials may be stopped by chance, in (0, 1).</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The significance is not in that range.</exception>
    /// <remarks>
    /// Where a criterion, or a number of epochs, was worse than another one of the same block and refit at the two nearest kept fractions,
    /// image by image (Wilcoxon's signed-rank test of the KL on 128 validation images at most) and no more accurate, its trial at a kept
    /// fraction that the other has been completed at is <see cref="TrialStatus.Stopped"/>. It counts as a trial and is on no front. So put
    /// the criterion first that is likely to be the best.
    /// </remarks>
    public SparsitySweep SetEarlyStopping(double significance = 0.01)
    {
        EarlyStopping.Check(significance);
        _setup = _setup with { Limits = _setup.Limits with { StopSignificance = significance } };
        return this;
    }
}
