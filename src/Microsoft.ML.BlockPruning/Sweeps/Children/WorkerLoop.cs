using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>What a worker process does: runs the trials that it is sent, one after the other, until nobody sends any more.</summary>
internal static class WorkerLoop
{
    /// <summary>Runs until the pipe is closed, or the sweep at its other end has died.</summary>
    /// <param name="pipe">To the sweep.</param>
    /// <param name="folder">Takes the networks' files.</param>
    /// <param name="create">Makes the executor that runs the trials.</param>
    /// <remarks>Running out of memory is not caught: the process ends, and the next trial finds a new one.</remarks>
    public static void Run(WorkerPipe pipe, string folder, Func<ITrialExecutor> create)
    {
        // Ctrl-C reaches every process of a terminal; the sweep decides what becomes of its workers.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        try
        {
            Serve(pipe, folder, create);
        }
        catch (IOException)
        {
            // The sweep has died; nobody waits for the rest.
        }
    }

    private static void Serve(WorkerPipe pipe, string folder, Func<ITrialExecutor> create)
    {
        ITrialExecutor? made = null;
        if (Attempt(pipe, () =>
        {
            made = create();
            return new WorkerReply { DenseTop1 = made.DenseTop1 };
        }))
        {
            using var executor = made!;
            for (int number = 0; pipe.Read<Trial>() is { } trial; number++)
            {
                string path = Path.Combine(folder, FormattableString.Invariant($"{Environment.ProcessId}-{number}.safetensors"));
                Attempt(pipe, () => Answer(executor, trial, path, pipe));
            }
        }
    }

    private static WorkerReply Answer(ITrialExecutor executor, Trial trial, string path, WorkerPipe pipe)
    {
        var outcome = executor.Run(trial, step => pipe.Write(new WorkerReply { Step = WorkerStep.Of(step) }), CancellationToken.None);
        if (outcome.Network is not { } network)
        {
            return new WorkerReply { Result = outcome.Result };
        }

        using var file = File.Create(path);
        network.Save(file);
        return new WorkerReply { Result = outcome.Result, NetworkPath = path };
    }

    private static bool Attempt(WorkerPipe pipe, Func<WorkerReply> work)
    {
        WorkerReply reply;
        try
        {
            reply = work();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            reply = new WorkerReply { Error = error.Message };
        }

        pipe.Write(reply);
        return reply.Error is null;
    }
}
