using Microsoft.ML.BlockPruning.MlNet.Sweeping;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning;

/// <summary>What a <see cref="SparsitySweep"/> found.</summary>
public sealed class SweepResult
{
    private readonly SweepReport _report;
    private readonly Func<TrialResult, CancellationToken, SparseViTTransformer> _createModel;
    private readonly TrialResult? _answer;

    internal SweepResult(SweepFindings findings, Func<TrialModel, SparseViTTransformer> transformerOf)
    {
        var outcome = findings.Outcome;
        PreprocessingSteps = findings.Facts.Preprocessing;
        Trials = outcome.Results;
        Recommended = outcome.Recommended;
        Final = outcome.Final;
        Ending = outcome.Ending;
        DenseTop1 = findings.DenseTop1;
        Notes = findings.Report.Notes;
        _report = findings.Report;
        _answer = outcome.Answer;
        _createModel = (judged, cancellationToken) => transformerOf(findings.ModelOf(judged, cancellationToken));
    }

    /// <summary>What was done to images before the networks read them, and who says so: <c>config.json</c>, a default, options.</summary>
    public IReadOnlyList<PreprocessingReport> PreprocessingSteps { get; }

    /// <summary>The finished trials in the order of the tuner, those from the journal included.</summary>
    public IReadOnlyList<TrialResult> Trials { get; }

    /// <summary>
    /// The trial with the fewest multiply-adds that loses no more accuracy than allowed; where none does, the most accurate one.
    /// </summary>
    /// <value>Null where no trial was completed.</value>
    public TrialResult? Recommended { get; }

    /// <summary>The recommended trial, run once more with the refit of the sweep's options; it is on no front.</summary>
    /// <value>Null where its refit is the options' already, or where the sweep was stopped before.</value>
    public TrialResult? Final { get; }

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
    /// <returns>
    /// From the cheapest to the most accurate; of trials with equal figures the first. Preliminary rounds are left out.
    /// </returns>
    public IReadOnlyList<TrialResult> ParetoFront(TrialCost cost = TrialCost.MultiplyAdds) => Sweeps.ParetoFront.Of(Trials, cost);

    /// <summary>The network of <see cref="Final"/>, where that was completed, else of <see cref="Recommended"/>.</summary>
    /// <param name="cancellationToken">Stops a pruning within one batch.</param>
    /// <returns>
    /// A transformer of its own, which scores the columns that the options name. Its <see cref="SparseViTTransformer.Report"/> tells of
    /// the trial; only its network was timed, not the layers.
    /// </returns>
    /// <exception cref="InvalidOperationException">No trial was completed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>A network that was not kept, or comes from another process, is pruned again, to the same weights.</remarks>
    public SparseViTTransformer CreateModel(CancellationToken cancellationToken = default) => _createModel(
        _answer ?? throw new InvalidOperationException(
            "No trial of the sweep was completed, so there is no model; see the trials' errors."),
        cancellationToken);

    /// <summary>The network of a trial, as that trial refitted it.</summary>
    /// <param name="trial">One of <see cref="Trials"/>.</param>
    /// <param name="cancellationToken">Stops a pruning within one batch.</param>
    /// <returns>
    /// A transformer of its own, which scores the columns that the options name. Its <see cref="SparseViTTransformer.Report"/> tells of
    /// the trial; only its network was timed, not the layers.
    /// </returns>
    /// <exception cref="InvalidOperationException">The trial failed, or was stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>One of the best, as many as the sweep was told to keep, is there already; another one is pruned again.</remarks>
    public SparseViTTransformer CreateModelOf(TrialResult trial, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return trial.IsCompleted ? _createModel(trial, cancellationToken) : throw new InvalidOperationException(
            $"The trial {trial.Trial} was not completed, so it has no model: {trial.Error ?? trial.StopReason}");
    }
}
