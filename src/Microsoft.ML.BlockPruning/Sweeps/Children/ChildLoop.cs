using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>What a child process does: runs the trials that it is sent, one after the other, until nobody sends any more.</summary>
internal static class ChildLoop
{
    /// <summary>Runs until the pipe is closed, or the sweep at its other end has died.</summary>
    /// <param name="pipe">To the sweep.</param>
    /// <param name="folder">Takes the networks' files.</param>
    /// <param name="create">Makes the executor that runs the trials.</param>
    /// <remarks>Running out of memory is not caught: the process ends, and the next trial finds a new one.</remarks>
    public static void Run(ChildPipe pipe, string folder, Func<ITrialExecutor> create)
    {
        // Ctrl-C reaches every process of a terminal; the sweep decides what becomes of its children.
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

    private static void Serve(ChildPipe pipe, string folder, Func<ITrialExecutor> create)
    {
        ITrialExecutor? made = null;
        if (Attempt(pipe, () =>
        {
            made = create();
            return new ChildReply { DenseTop1 = made.DenseTop1 };
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

    private static ChildReply Answer(ITrialExecutor executor, Trial trial, string path, ChildPipe pipe)
    {
        var outcome = executor.Run(trial, step => pipe.Write(new ChildReply { Step = ChildStep.Of(step) }), CancellationToken.None);
        if (outcome.Network is not { } network)
        {
            return new ChildReply { Result = outcome.Result };
        }

        using var file = File.Create(path);
        network.Save(file);
        return new ChildReply { Result = outcome.Result, NetworkPath = path, Report = outcome.Report?.ToJson() };
    }

    private static bool Attempt(ChildPipe pipe, Func<ChildReply> work)
    {
        ChildReply reply;
        try
        {
            reply = work();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            reply = new ChildReply { Error = error.Message };
        }

        pipe.Write(reply);
        return reply.Error is null;
    }
}
