using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>A published way to prune that removes no blocks, so that no <c>PruneMethod</c> can be it. It draws nothing.</summary>
internal interface IRival
{
    /// <summary>What it removes, where the table has the block of the others.</summary>
    string Grain { get; }

    /// <summary>The kept share of the multiply-adds that it is run at.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="asked">The share that was asked for.</param>
    /// <returns>null: it cannot keep so little.</returns>
    double? KeepOf(NetworkSpec spec, double asked);

    /// <summary>Prunes.</summary>
    /// <param name="dense">Not changed.</param>
    /// <param name="calibration">Images without labels.</param>
    /// <param name="keep">What <see cref="KeepOf"/> gave.</param>
    RivalNetwork Prune(NetworkWeights dense, CalibrationSet calibration, double keep);
}
