using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Running;

namespace Microsoft.ML.BlockPruning.MlNet.Sweeping;

/// <summary>What came of a sweep, and what makes its models.</summary>
/// <param name="Outcome">The trials.</param>
/// <param name="DenseTop1">Fraction of the validation images, in [0, 1], whose class the dense network finds.</param>
/// <param name="Report">The sweep to look at.</param>
/// <param name="Facts">Classes and preprocessing of the network.</param>
/// <param name="ModelOf">Makes the model of a completed trial, which takes a pruning where it was not kept.</param>
internal sealed record SweepFindings(
    SweepOutcome Outcome, double DenseTop1, SweepReport Report, NetworkFacts Facts,
    Func<TrialResult, CancellationToken, TrialModel> ModelOf);
