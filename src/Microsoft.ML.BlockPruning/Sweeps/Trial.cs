using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>One point of a sweep, plain data; two trials are the same where all agree.</summary>
/// <param name="Keep">
/// Fraction of the dense network's total that remains, in (0, 1]: of the multiply-adds, unless the space names another budget.
/// </param>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks.</param>
/// <param name="Refit">How kept weights make up for the others.</param>
/// <param name="FineTuneEpochs">Passes of fine-tuning after the refit; 0: none.</param>
/// <param name="CalibrationImages">How many of the calibration images it may see; null: all. With fewer it is a preliminary round.</param>
public sealed record Trial(
    double Keep, BlockShape Block, PruneCriterion Criterion, PruneRefit Refit, int FineTuneEpochs = 0, int? CalibrationImages = null)
{
    /// <summary>All that it chooses, such as <c>keep 0.5, block 16x16, ObsPath, Feedback</c>; invariant culture.</summary>
    public override string ToString()
    {
        string tuning = FineTuneEpochs > 0 ? string.Create(CultureInfo.InvariantCulture, $", {FineTuneEpochs} epochs") : "";
        string images = CalibrationImages is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} images") : "";
        return string.Create(CultureInfo.InvariantCulture, $"keep {Keep}, block {Block}, {Criterion}, {Refit}{tuning}{images}");
    }
}
