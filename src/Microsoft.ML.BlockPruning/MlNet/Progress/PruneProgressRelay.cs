using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Progress;

/// <summary>Passes progress to the caller, start and end of each stage to ML.NET's log, and stops the work when cancelled.</summary>
internal sealed class PruneProgressRelay(
    IHost host, IChannel channel, IProgress<PruneProgress>? progress, CancellationToken cancellationToken)
{
    private (PruneStage Stage, int Shot)? _running;

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
            channel.Info(MessageSensitivity.None, "{0}{1} started: {2} steps", step.Stage, shot, step.Total);
        }

        if (step.Done == step.Total)
        {
            channel.Info(MessageSensitivity.None, "{0}{1} done: {2} steps", step.Stage, shot, step.Total);
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
