using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>
/// Runs trials on several executors at once: the one whose turn it is, and meanwhile such as are going to have theirs whatever it finds.
/// Who finishes early waits here, so that the loop sees the order that one worker alone would have given.
/// </summary>
/// <remarks>
/// All bookkeeping is the sweep's thread's; a worker's thread runs one trial and tells what happens through a queue. Trials of a family
/// that is not rated yet are not run beside each other: the first one rates, the others find its file. At most two trials a worker run or
/// wait here, so that few networks are held.
/// </remarks>
internal sealed class SideBySide : ITrialWorkers
{
    private const int TrialsPerWorker = 2;

    private readonly TrialTeam _team;
    private readonly TimeProvider _time;
    private readonly BlockingCollection<Happening> _happenings = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<Trial, (int Worker, Task Task)> _running = [];
    private readonly Dictionary<Trial, TrialOutcome> _done = [];
    private readonly HashSet<Trial> _dropped = [];
    private readonly SortedSet<int> _free;

    /// <param name="team">Its members are disposed at the end.</param>
    /// <param name="time">The clock.</param>
    public SideBySide(TrialTeam team, TimeProvider? time = null)
    {
        (_team, _time) = (team, time ?? TimeProvider.System);
        _free = [.. Enumerable.Range(0, team.Members.Count)];
    }

    public double DenseTop1 => _team.Members[0].DenseTop1;

    public int CalibrationImages => _team.Members[0].CalibrationImages;

    public TrialOutcome Run(
        Trial trial, Func<IReadOnlyCollection<TrialResult>, IEnumerable<Trial>> coming, Action<TrialStep> onStep,
        CancellationToken cancellationToken)
    {
        _dropped.Remove(trial); // stopped as a trial, asked for with the final refit
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_done.Remove(trial, out var outcome))
                {
                    return outcome;
                }

                StartWhatCan(trial, coming, onStep);
                Take(_happenings.Take(cancellationToken), onStep);
            }
        }
        catch
        {
            Stop();
            throw;
        }
    }

    public void Drop(Trial trial)
    {
        if (!_done.Remove(trial) && _running.ContainsKey(trial))
        {
            _dropped.Add(trial);
        }
    }

    public void Dispose()
    {
        Stop();
        foreach (var executor in _team.Members)
        {
            executor.Dispose();
        }

        _happenings.Dispose();
        _stop.Dispose();
    }

    private void StartWhatCan(Trial turn, Func<IReadOnlyCollection<TrialResult>, IEnumerable<Trial>> coming, Action<TrialStep> onStep)
    {
        if (_free.Count == 0)
        {
            return;
        }

        TrialResult[] waiting = [.. _done.Values.Select(outcome => outcome.Result)];
        foreach (var trial in coming(waiting).Prepend(turn).Where(trial => !_running.ContainsKey(trial) && !_done.ContainsKey(trial)))
        {
            bool hasRoom = trial == turn || _running.Count + _done.Count < TrialsPerWorker * _team.Members.Count;
            if (_free.Count > 0 && hasRoom && MayStart(trial))
            {
                Start(trial, onStep);
            }
        }
    }

    private bool MayStart(Trial trial) => _team.IsRated is null || _team.IsRated(trial)
        || !_running.Keys.Any(running => RatedFamily.Of(running) == RatedFamily.Of(trial));

    private void Start(Trial trial, Action<TrialStep> onStep)
    {
        int worker = _free.Min;
        _free.Remove(worker);
        var task = Task.Factory.StartNew(
            () => Work(worker, trial), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _running.Add(trial, (worker, task));
        onStep(new TrialStep(trial, worker + 1, Pruning: null));
    }

    // In a worker's thread.
    private void Work(int worker, Trial trial)
    {
        try
        {
            var outcome = TrialAttempt.Run(
                _team.Members[worker], trial, step => _happenings.Add(new Happening(new TrialStep(trial, worker + 1, step))), _time,
                _stop.Token);
            _happenings.Add(new Happening(new TrialStep(trial, worker + 1, Pruning: null)) { Outcome = outcome });
        }
        catch (Exception ending)
        {
            _happenings.Add(new Happening(new TrialStep(trial, worker + 1, Pruning: null)) { Ending = ending });
        }
    }

    private void Take(Happening happening, Action<TrialStep> onStep)
    {
        if (happening.Ending is { } ending)
        {
            ExceptionDispatchInfo.Throw(ending);
        }
        else if (happening.Outcome is { } outcome)
        {
            _running.Remove(happening.Step.Trial, out var ended);
            _free.Add(ended.Worker);
            if (!_dropped.Remove(happening.Step.Trial))
            {
                _done.Add(happening.Step.Trial, outcome);
            }
        }
        else
        {
            onStep(happening.Step);
        }
    }

    // No executor is disposed, and no folder deleted, while a thread is in it.
    private void Stop()
    {
        _stop.Cancel();
        Task.WaitAll([.. _running.Values.Select(running => running.Task)]);
    }

    private readonly record struct Happening(TrialStep Step)
    {
        public TrialOutcome? Outcome { get; init; }

        public Exception? Ending { get; init; }
    }
}
