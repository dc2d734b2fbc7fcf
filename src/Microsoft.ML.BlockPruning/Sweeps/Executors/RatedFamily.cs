using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>What the rating of the dense network's blocks depends on; the trials of one family share it.</summary>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks.</param>
/// <param name="Images">How many calibration images it sees; null: all.</param>
internal readonly record struct RatedFamily(BlockShape Block, PruneCriterion Criterion, int? Images)
{
    public static RatedFamily Of(Trial trial) => new(trial.Block, trial.Criterion, trial.CalibrationImages);

    /// <summary>Such as <c>16x16-ObsPath-all</c>, for the name of a file.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Block}-{Criterion}-{Images?.ToString(CultureInfo.InvariantCulture) ?? "all"}");
}
