using Microsoft.ML.BlockPruning.Interop;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>Passes progress to the caller, start and end of each stage to ML.NET's log, and stops the work when cancelled.</summary>
internal sealed class PruneProgressRelay(
    IHost host, IChannel channel, IProgress<PruneProgress>? progress, CancellationToken cancellationToken)
{
    private PruneStage? _stage;

    /// <summary>Where the time went.</summary>
    public StageClock Clock { get; } = new();

    /// <summary>Called once a batch or strip, one call at a time.</summary>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public void Report(PruneProgress step)
    {
        ThrowIfCancelled();
        Clock.Lap(step.Stage.ToString());
        if (_stage != step.Stage)
        {
            _stage = step.Stage;
            channel.Info(MessageSensitivity.None, "{0} started: {1} steps", step.Stage, step.Total);
        }

        if (step.Done == step.Total)
        {
            channel.Info(MessageSensitivity.None, "{0} done: {1} steps", step.Stage, step.Total);
        }

        progress?.Report(step);
    }

    /// <summary>For work between the stages.</summary>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public void ThrowIfCancelled()
    {
        cancellationToken.ThrowIfCancellationRequested();
        MlNetHost.ThrowIfCancelled(host);
    }
}
