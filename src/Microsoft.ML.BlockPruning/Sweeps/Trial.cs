using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>One point of a sweep; two trials are the same where all agree.</summary>
/// <param name="Keep">Fraction of the dense network's multiply-adds that remains, in (0, 1].</param>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks, by the name that options give it.</param>
/// <param name="Refit">How kept weights make up for the others, by the name that options give it.</param>
/// <param name="FineTuneEpochs">Passes of fine-tuning after the refit; 0: none.</param>
/// <param name="CalibrationImages">How many of the calibration images it may see; null: all. With fewer it is a preliminary round.</param>
internal sealed record Trial(
    double Keep, BlockShape Block, string Criterion, string Refit, int FineTuneEpochs = 0, int? CalibrationImages = null)
{
    public override string ToString()
    {
        string tuning = FineTuneEpochs > 0 ? string.Create(CultureInfo.InvariantCulture, $", {FineTuneEpochs} epochs") : "";
        string images = CalibrationImages is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} images") : "";
        return string.Create(CultureInfo.InvariantCulture, $"keep {Keep}, block {Block}, {Criterion}, {Refit}{tuning}{images}");
    }
}
