using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning;

/// <summary>What a <see cref="SparsitySweep"/> found.</summary>
public sealed class SweepResult
{
    private readonly SweepReport _report;
    private readonly Func<CancellationToken, SparseViTTransformer> _createModel;

    internal SweepResult(
        SweepOutcome outcome, double denseTop1, SweepReport report, Func<CancellationToken, SparseViTTransformer> createModel)
    {
        Trials = outcome.Results;
        Recommended = outcome.Recommended;
        Ending = outcome.Ending;
        DenseTop1 = denseTop1;
        Notes = report.Notes;
        _report = report;
        _createModel = createModel;
    }

    /// <summary>The finished trials in the order of the tuner, those from the journal included.</summary>
    public IReadOnlyList<TrialResult> Trials { get; }

    /// <summary>
    /// The trial with the fewest multiply-adds that loses no more accuracy than allowed; where none does, the most accurate one.
    /// </summary>
    /// <value>Null where no trial was completed.</value>
    public TrialResult? Recommended { get; }

    /// <summary>Why the sweep ended.</summary>
    public SweepEnding Ending { get; }

    /// <summary>Fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    public double DenseTop1 { get; }

    /// <summary>What a reader should know, such as a half-written line of the journal that was cut off.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Makes a page to look at.</summary>
    /// <returns>The trials, the front and the recommended one; <see cref="SweepReport.WithModel"/> adds the recommended model.</returns>
    public SweepReport CreateReport() => _report;

    /// <summary>The trials that no other beats: none is as accurate for less, or more accurate for as much.</summary>
    /// <param name="cost">What accuracy is paid for with.</param>
    /// <returns>From the cheapest to the most accurate; of trials with equal figures the first.</returns>
    public IReadOnlyList<TrialResult> ParetoFront(TrialCost cost = TrialCost.MultiplyAdds) => Sweeps.ParetoFront.Of(Trials, cost);

    /// <summary>The recommended network: the one that the sweep kept, or pruned again where an earlier process had found it.</summary>
    /// <param name="cancellationToken">Stops a pruning within one batch.</param>
    /// <returns>A transformer of its own, which scores the columns that the options name.</returns>
    /// <exception cref="InvalidOperationException">No trial was completed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SparseViTTransformer CreateModel(CancellationToken cancellationToken = default) => _createModel(cancellationToken);
}
