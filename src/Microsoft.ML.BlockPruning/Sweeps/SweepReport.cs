using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>A sweep to look at, finished or cut short: what to take, what there is to choose from, what it ran on.</summary>
/// <remarks>Times and the start of a run make two reports of one sweep differ; nothing else does.</remarks>
public sealed class SweepReport
{
    internal SweepReport()
    {
    }

    /// <summary>The trials in the order in which they were finished, failed ones too.</summary>
    public required IReadOnlyList<TrialResult> Trials { get; init; }

    /// <summary>The trial to take; null where none was completed.</summary>
    public required TrialResult? Recommended { get; init; }

    /// <summary>The recommended trial with the final refit, whose model is the sweep's answer; null where it was not run.</summary>
    /// <value>No part of the trials: figures of two refits do not lie on one front.</value>
    public required TrialResult? Final { get; init; }

    /// <summary>What the trials are compared with: the dense network, and whatever else was measured beside it.</summary>
    public required IReadOnlyList<ReferencePoint> References { get; init; }

    /// <summary>
    /// Standard error of the answer's top-1 less the dense network's, as a fraction of the images: the answer is <see cref="Final"/> where
    /// that was completed, else <see cref="Recommended"/>. Null where it is not known.
    /// </summary>
    /// <value>
    /// <see cref="TrialResult.Top1StandardError"/>; of a journal without it √((p (1 − p) + q (1 − q)) / n) of both accuracies, as if each
    /// network had images of its own, which is more.
    /// </value>
    public double? DifferenceStandardError => ErrorOf(Answer, Dense);

    /// <summary>The trial whose model is the sweep's answer; null where there is none.</summary>
    internal TrialResult? Answer => Final is { IsCompleted: true } final ? final : Recommended;

    /// <summary>Which of the choices that were varied matter; null where that cannot be told, as where only one was varied.</summary>
    public SweepImportance? Importance => SweepImportance.Of(Trials);

    /// <summary>How much accuracy the recommended trial may lose, as a fraction of the images, in [0, 1].</summary>
    public required double MaximumDrop { get; init; }

    /// <summary>Network, images, method, seed, machine and versions, a line each.</summary>
    public required IReadOnlyList<string> Origin { get; init; }

    /// <summary>What a reader should know besides.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The model of the recommended trial; null where it is not at hand.</summary>
    public ModelReport? Model { get; init; }

    /// <summary>The dense network; null where it is not known.</summary>
    public ReferencePoint? Dense => References.FirstOrDefault(point => point.IsDense);

    /// <summary>The same report with a model.</summary>
    /// <param name="model">The model of the recommended trial.</param>
    /// <returns>The report.</returns>
    public SweepReport WithModel(ModelReport model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return With(References, Notes, model);
    }

    /// <summary>The same report with other points and notes.</summary>
    internal SweepReport With(IReadOnlyList<ReferencePoint> references, IReadOnlyList<string> notes) => With(references, notes, Model);

    /// <summary>Standard error of a trial's top-1 less the dense network's, a fraction; null where it is not known.</summary>
    internal static double? ErrorOf(TrialResult? trial, ReferencePoint? dense) => (trial, dense) switch
    {
        ({ Top1StandardError: { } known }, _) => known,
        ({ Top1: { } pruned }, { Top1: { } before, Images: { } images }) =>
            Math.Sqrt(((pruned * (1 - pruned)) + (before * (1 - before))) / images),
        _ => null,
    };

    private SweepReport With(IReadOnlyList<ReferencePoint> references, IReadOnlyList<string> notes, ModelReport? model) => new()
    {
        Trials = Trials,
        Recommended = Recommended,
        Final = Final,
        References = references,
        MaximumDrop = MaximumDrop,
        Origin = Origin,
        Notes = notes,
        Model = model,
    };
}
