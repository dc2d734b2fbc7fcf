using System.Text.Json;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>
/// Runs trials in a child process, so that one that dies, or takes more memory than it may, costs only itself.
/// </summary>
/// <remarks>
/// One process runs one trial after the other and keeps what it has calibrated in its memory; where it dies, the next trial starts a new
/// one, which reads what the criterion said from the folder. Starting costs the reading of network and images and the scoring of the
/// dense network, once.
/// </remarks>
internal sealed class ChildExecutor : ITrialExecutor
{
    private readonly ChildCommand _command;
    private readonly ChildFolder _folder;
    private readonly ChildLimits _limits;
    private ChildProcess? _child;
    private double? _denseTop1;
    private bool _isDisposed;

    /// <param name="command">How to start the process.</param>
    /// <param name="folder">What the process reads; entered here, left at the end.</param>
    /// <param name="calibrationImages">How many there are.</param>
    /// <param name="limits">What the process may take.</param>
    public ChildExecutor(ChildCommand command, ChildFolder folder, int calibrationImages, ChildLimits limits)
    {
        (_command, _folder, CalibrationImages, _limits) = (command, folder, calibrationImages, limits);
        folder.Enter();
    }

    public double DenseTop1
    {
        get
        {
            if (_denseTop1 is null)
            {
                Guarded(Running, CancellationToken.None);
            }

            return _denseTop1!.Value;
        }
    }

    public int CalibrationImages { get; }

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        var reply = Guarded(
            () =>
            {
                var child = Running();
                cancellationToken.ThrowIfCancellationRequested(); // a cancel before there was a process has ended none
                child.Send(trial);
                var next = Next(child);
                for (; next.Step is { } step; next = Next(child))
                {
                    onProgress(step.ToProgress());
                }

                return next.Error is null && next.Result is null ? throw NoMessage("it has no result") : next;
            },
            cancellationToken);
        return reply.Error is null
            ? new TrialOutcome(reply.Result!, NetworkOf(reply.NetworkPath), ReportOf(reply.Report))
            : throw new InvalidOperationException(reply.Error);
    }

    public void Dispose()
    {
        _child?.Dispose();
        _child = null;
        if (!_isDisposed)
        {
            _isDisposed = true;
            _folder.Leave();
        }
    }

    private ChildProcess Running()
    {
        if (_child is { } running)
        {
            return running;
        }

        var started = _child = new ChildProcess(_command, _folder.Path, _limits);
        var ready = Next(started);
        _denseTop1 = ready.DenseTop1 ?? throw new InvalidOperationException(ready.Error ?? "The trial's process began with no answer.");
        return started;
    }

    // Whatever goes wrong on the way, the process is not in a state to be asked again. A cancel ends it at once.
    private T Guarded<T>(Func<T> talk, CancellationToken cancellationToken)
    {
        using var cancel = cancellationToken.Register(() => _child?.Kill());
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return talk();
        }
        catch
        {
            _child?.Dispose();
            _child = null;
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static ChildReply Next(ChildProcess child)
    {
        var reply = child.Receive() ?? throw new InvalidOperationException(child.Obituary());
        try
        {
            reply.Check();
            return reply;
        }
        catch (JsonException error)
        {
            throw NoMessage(error.Message);
        }
    }

    private static InvalidDataException NoMessage(string what) =>
        new($"What came from the other process of the sweep is no message: {what}");

    private static PruneReport? ReportOf(string? json) => json is null ? null : PruneReport.FromJson(json);

    // The file is deleted when it is read: nothing outside the folder may be named.
    private SparseViT? NetworkOf(string? path)
    {
        if (path is null)
        {
            return null;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) != _folder.Path)
        {
            throw NoMessage($"its file '{path}' is outside '{_folder.Path}'");
        }

        using var file = File.OpenRead(path);
        var network = SparseViTReader.Read(file);
        File.Delete(path);
        return network;
    }
}
