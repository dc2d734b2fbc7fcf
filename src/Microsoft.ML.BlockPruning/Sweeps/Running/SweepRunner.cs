using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Stopping;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>The loop of a sweep: ask the tuner, look into the journal, else run the trial or stop it, and write it down.</summary>
/// <param name="space">What there is to choose from.</param>
/// <param name="tuner">Chooses.</param>
/// <param name="workers">Run trials.</param>
/// <param name="journal">Where finished trials stand; null: nowhere.</param>
/// <param name="limits">When to end.</param>
/// <param name="onProgress">Called from this thread; an OperationCanceledException that it throws ends the sweep.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepRunner(
    SweepSpace space, ITuner tuner, ITrialWorkers workers, TrialJournal? journal, SweepLimits limits, Action<SweepProgress> onProgress,
    TimeProvider? time = null)
{
    private readonly EarlyStopping? _stopping = limits.StopSignificance is { } significance ? new(space, significance) : null;
    private readonly List<TrialResult> _results = [];
    private readonly Dictionary<Trial, TrialResult> _finished = [];
    private readonly Dictionary<Trial, TrialModel> _models = [];
    private int? _total;

    /// <summary>Runs until there is nothing left to try or a limit is met, then the recommended trial with the final refit.</summary>
    /// <exception cref="IOException">The journal cannot be written; the trials before are in it.</exception>
    public SweepOutcome Run(CancellationToken cancellationToken)
    {
        using var deadline = limits.Time is { } span
            ? new CancellationTokenSource(span, time ?? TimeProvider.System) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        TrialResult? final = null;
        SweepEnding ending;
        try
        {
            ending = Loop(either.Token);
            final = RunFinal(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            ending = cancellationToken.IsCancellationRequested ? SweepEnding.Cancelled : SweepEnding.TimeLimit;
        }

        return new SweepOutcome(_results, Ranked.FirstOrDefault(), final, _models, ending);
    }

    private IEnumerable<TrialResult> Ranked => Recommendation.Rank(_results, workers.DenseTop1, limits.MaximumDrop);

    private TunerState State => new(space, workers.DenseTop1, workers.CalibrationImages, _finished);

    private SweepEnding Loop(CancellationToken cancellationToken)
    {
        _total = tuner.CountIn(State) is { } count ? Math.Min(count, limits.Trials ?? count) : limits.Trials;
        while (tuner.Coming(State).FirstOrDefault() is { } trial)
        {
            if (_results.Count >= limits.Trials)
            {
                return SweepEnding.TrialLimit;
            }

            if (Known(trial, _finished) is { } known)
            {
                bool isFromJournal = journal?.Find(trial) == known;
                if (!isFromJournal)
                {
                    journal?.Append(known);
                }

                workers.Drop(trial);
                Add(new TrialOutcome(known), isFromJournal);
                continue;
            }

            var outcome = Execute(trial, isFinal: false, cancellationToken);
            journal?.Append(outcome.Result);
            Add(outcome, isFromJournal: false);
        }

        return SweepEnding.Completed;
    }

    // What needs no run. A trial that the journal has as stopped is judged again: this sweep may be told otherwise, or know more.
    private TrialResult? Known(Trial trial, IReadOnlyDictionary<Trial, TrialResult> finished)
    {
        var written = journal?.Find(trial);
        return written is { Status: not TrialStatus.Stopped } ? written
            : _stopping?.Stop(trial, finished) is { } stopped ? written ?? stopped
            : null;
    }

    private TrialResult? RunFinal(CancellationToken cancellationToken)
    {
        if (limits.FinalRefit is not { } refit || Ranked.FirstOrDefault() is not { } recommended || recommended.Refit == refit)
        {
            return null;
        }

        var trial = recommended.Trial with { Refit = refit };
        var known = journal?.FindFinal(trial);
        var outcome = known is null ? Execute(trial, isFinal: true, cancellationToken) : new TrialOutcome(known);
        if (known is null)
        {
            journal?.AppendFinal(outcome.Result);
        }

        Keep(outcome);
        onProgress(ProgressOf(trial, isFinal: true, outcome.Result, isFromJournal: known is not null));
        return outcome.Result;
    }

    private TrialOutcome Execute(Trial trial, bool isFinal, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return workers.Run(
            trial, isFinal ? _ => [] : ComingAfter,
            step => onProgress(
                ProgressOf(step.Trial, isFinal && step.Trial == trial, pruning: step.Pruning, worker: step.Worker)),
            cancellationToken);
    }

    // What the tuner is going to ask for and has to run, as if results that nobody has taken yet had been.
    private IEnumerable<Trial> ComingAfter(IReadOnlyCollection<TrialResult> waiting)
    {
        var finished = new Dictionary<Trial, TrialResult>(_finished);
        IReadOnlyCollection<TrialResult> known = waiting;
        List<Trial> coming;
        do
        {
            foreach (var result in known)
            {
                finished[result.Trial] = result;
            }

            coming = [.. tuner.Coming(State with { Finished = finished })];
            known = [.. coming.Select(trial => Known(trial, finished)).OfType<TrialResult>()];
        }
        while (known.Count > 0);

        return coming.Take(Math.Max(0, (limits.Trials ?? int.MaxValue) - finished.Count));
    }

    private void Add(TrialOutcome outcome, bool isFromJournal)
    {
        _results.Add(outcome.Result);
        _finished.Add(outcome.Result.Trial, outcome.Result);
        Keep(outcome);
        var best = Ranked.Take(limits.Models).Select(result => result.Trial).ToHashSet();
        foreach (var trial in _models.Keys.Where(trial => !best.Contains(trial)).ToList())
        {
            _models.Remove(trial);
        }

        onProgress(ProgressOf(outcome.Result.Trial, isFinal: false, outcome.Result, isFromJournal));
    }

    private void Keep(TrialOutcome outcome)
    {
        if (outcome.Network is { } network)
        {
            _models[outcome.Result.Trial] = new TrialModel(network, outcome.Report);
        }
    }

    private SweepProgress ProgressOf(
        Trial trial, bool isFinal, TrialResult? result = null, bool isFromJournal = false, Pruning.PruneProgress? pruning = null,
        int? worker = null) => new(trial, _results.Count, _total)
        {
            Pruning = pruning,
            Result = result,
            IsFromJournal = isFromJournal,
            IsFinal = isFinal,
            Worker = worker,
        };
}
