using Microsoft.ML.BlockPruning.Inference;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The loop of a sweep: ask the tuner, look into the journal, else run the trial and write it down.</summary>
/// <param name="space">What there is to choose from.</param>
/// <param name="tuner">Chooses.</param>
/// <param name="executor">Runs trials.</param>
/// <param name="journal">Where finished trials stand; null: nowhere.</param>
/// <param name="limits">When to end.</param>
/// <param name="onProgress">Called from the running thread; an OperationCanceledException that it throws ends the sweep.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepRunner(
    SweepSpace space, ITuner tuner, ITrialExecutor executor, TrialJournal? journal, SweepLimits limits, Action<SweepProgress> onProgress,
    TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly List<TrialResult> _results = [];
    private readonly Dictionary<Trial, TrialResult> _finished = [];

    // Of all networks the recommended one alone is kept.
    private (Trial Trial, SparseViT Network)? _best;

    /// <summary>Runs until there is nothing left to try or a limit is met.</summary>
    /// <exception cref="IOException">The journal cannot be written; the trials before are in it.</exception>
    public SweepOutcome Run(CancellationToken cancellationToken)
    {
        using var deadline = limits.Time is { } span
            ? new CancellationTokenSource(span, _time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var ending = Loop(either.Token);
        if (ending == SweepEnding.Cancelled && !cancellationToken.IsCancellationRequested)
        {
            ending = SweepEnding.TimeLimit;
        }

        var recommended = Recommend();
        return new SweepOutcome(_results, recommended, NetworkOf(recommended), ending);
    }

    private SweepEnding Loop(CancellationToken cancellationToken)
    {
        while (tuner.Next(new TunerState(space, executor.DenseTop1, _finished)) is { } trial)
        {
            if (_results.Count >= limits.Trials)
            {
                return SweepEnding.TrialLimit;
            }

            if (journal?.Find(trial) is { } known)
            {
                Add(known, network: null, isFromJournal: true);
                continue;
            }

            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                Execute(trial, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return SweepEnding.Cancelled;
            }
        }

        return SweepEnding.Completed;
    }

    private void Execute(Trial trial, CancellationToken cancellationToken)
    {
        onProgress(new SweepProgress(trial, _results.Count, Total));
        long start = _time.GetTimestamp();
        TrialOutcome outcome;
        try
        {
            outcome = executor.Run(
                trial, step => onProgress(new SweepProgress(trial, _results.Count, Total) { Pruning = step }), cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever one trial dies of, the others may live; the journal and the caller are told.
            outcome = new TrialOutcome(
                TrialResult.FailureOf(trial, error.Message, _time.GetElapsedTime(start).TotalSeconds), Network: null);
        }

        journal?.Append(outcome.Result);
        Add(outcome.Result, outcome.Network, isFromJournal: false);
    }

    private void Add(TrialResult result, SparseViT? network, bool isFromJournal)
    {
        _results.Add(result);
        _finished.Add(result.Trial, result);
        var recommended = Recommend();
        if (recommended?.Trial == result.Trial)
        {
            _best = network is null ? null : (result.Trial, network);
        }

        onProgress(new SweepProgress(result.Trial, _results.Count, Total) { Result = result, IsFromJournal = isFromJournal });
    }

    private int? Total => tuner.CountIn(space) is { } count ? Math.Min(count, limits.Trials ?? count) : limits.Trials;

    private TrialResult? Recommend() => Recommendation.Of(_results, executor.DenseTop1, limits.MaximumDrop);

    private SparseViT? NetworkOf(TrialResult? recommended) =>
        _best is { } best && best.Trial == recommended?.Trial ? best.Network : null;
}
