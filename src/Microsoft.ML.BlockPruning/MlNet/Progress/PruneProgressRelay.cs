using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Progress;

/// <summary>Passes progress to the caller, start and end of each stage to ML.NET's log, and stops the work when cancelled.</summary>
internal sealed class PruneProgressRelay(
    IHost host, IChannel channel, IProgress<PruneProgress>? progress, CancellationToken cancellationToken)
{
    private (PruneStage Stage, int Shot)? _running;
    private int _rows; // of the data that is read; 0: not known
    private int _read;
    private bool _isReading;

    /// <summary>Where the time went.</summary>
    public StageClock Clock { get; } = new();

    /// <summary>Called once a batch or strip, one call at a time.</summary>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public void Report(PruneProgress step)
    {
        ThrowIfCancelled();
        Clock.Lap(step.Stage.ToString());
        string shot = step.Shots > 1 ? $" of shot {step.Shot}" : "";
        if (_running != (step.Stage, step.Shot))
        {
            _running = (step.Stage, step.Shot);
            string steps = step.Total > 0 ? FormattableString.Invariant($": {step.Total} steps") : "";
            channel.Info(MessageSensitivity.None, "{0}{1} started{2}", step.Stage, shot, steps);
        }

        if (step.Done == step.Total && step.Total > 0)
        {
            channel.Info(MessageSensitivity.None, "{0}{1} done: {2} steps", step.Stage, shot, step.Total);
        }

        progress?.Report(step);
    }

    /// <summary>Begins a stage that comes once.</summary>
    public StageProgress Start(PruneStage stage, WorkSchedule work)
    {
        var progress = new StageProgress(
            work, (done, share) => Report(new PruneProgress(stage, done, work.Steps) { Share = share }));
        progress.Begin();
        return progress;
    }

    /// <summary>Begins the stage of reading.</summary>
    /// <param name="data">What will be read; a stream does not know how many rows it has.</param>
    public void BeginReading(IReadOnlyList<IDataView> data)
    {
        long? rows = data.Aggregate((long?)0, (sum, view) => sum + view.GetRowCount());
        _rows = rows is > 0 and < int.MaxValue ? (int)rows.Value : 0;
        _isReading = true;
        Report(new PruneProgress(PruneStage.Reading, 0, _rows));
    }

    /// <summary>Called before each row that is read.</summary>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public void Read()
    {
        ThrowIfCancelled();
        if (_isReading && (++_read < _rows || _rows == 0))
        {
            Report(new PruneProgress(PruneStage.Reading, _read, _rows));
        }
    }

    /// <summary>Ends the stage of reading.</summary>
    public void EndReading()
    {
        _isReading = false;
        int rows = Math.Max(_rows, _read);
        Report(new PruneProgress(PruneStage.Reading, rows, rows));
    }

    /// <summary>For work between the stages.</summary>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public void ThrowIfCancelled()
    {
        cancellationToken.ThrowIfCancellationRequested();
        MlNetHost.ThrowIfCancelled(host);
    }
}
