using System.Reflection;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning;

/// <summary>The entry point of the child processes that <see cref="SweepExecutor.ChildProcess"/> starts.</summary>
public static class SweepWorker
{
    private const string Switch = "--blockpruning-sweep-worker";

    // A program that does not hand itself over would, started again, do its own work again: start a sweep, and so on without end.
    private static bool _isOffered;

    /// <summary>Serves as a worker where the program was started as one. Call it first of all in <c>Main</c>.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>True where the process was a worker, and has nothing left to do; false where the program was started by its user.</returns>
    /// <exception cref="InvalidDataException">The folder that the arguments name is no sweep's; nothing in it was touched.</exception>
    /// <exception cref="IOException">The other end of the pipes is gone, or was never there.</exception>
    /// <example>
    /// <code>
    /// if (SweepWorker.TryRun(args))
    /// {
    ///     return 0;
    /// }
    /// </code>
    /// </example>
    public static bool TryRun(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        _isOffered = true;
        if (args is not [Switch, var requests, var replies, var folder])
        {
            return false;
        }

        SweepFolder.Require(folder);
        using var pipe = ChildPipe.OfChild(requests, replies);
        ChildLoop.Run(pipe, folder, () =>
        {
            LibTorch.EnsureLoaded();
            var subject = SubjectFolder.Read(folder);
            return new LocalExecutor(subject, RequestFile.Read(folder), CancellationToken.None)
            {
                Ratings = new SharedRatings(folder, subject.Seed),
            };
        });

        // A sweep that ends kills its worker and deletes the folder; who comes here has outlived it.
        SweepFolder.Delete(folder);
        return true;
    }

    /// <summary>Starts this program as a worker.</summary>
    /// <exception cref="InvalidOperationException">The program does not hand itself over.</exception>
    internal static ChildCommand Command()
    {
        string host = Environment.ProcessPath ?? throw new InvalidOperationException("It is not known which program this process runs.");
        bool isShared = Path.GetFileNameWithoutExtension(host) == "dotnet";
        return _isOffered
            ? new ChildCommand(host, isShared ? ["exec", Assembly.GetEntryAssembly()!.Location, Switch] : [Switch])
            : throw new InvalidOperationException(
                "Trials in child processes start this program again, which must say 'if (SweepWorker.TryRun(args)) { return; }' first of "
                + "all in its Main; it does not. Add the line, or take SweepExecutor.InProcess.");
    }

    /// <summary>Executors in child processes, which start when they are first asked for something.</summary>
    /// <param name="subject">What to prune and judge on.</param>
    /// <param name="shared">How: what all trials share.</param>
    /// <param name="count">How many.</param>
    /// <param name="limits">What each process may take.</param>
    /// <exception cref="IOException">The disk has no room for network and images.</exception>
    internal static TrialTeam TeamOf(SweepSubject subject, PruneRequest shared, int count, ChildLimits limits)
    {
        var command = Command();
        var folder = SweepFolder.Create();
        try
        {
            SubjectFolder.Write(subject, folder.FullName);
            RequestFile.Write(shared, folder.FullName);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }

        var entered = new ChildFolder(folder);
        var ratings = new SharedRatings(folder.FullName, subject.Seed);

        // That allocation brings a criterion of its own, whose answers no other trial has a use for.
        bool isRated = shared.Allocation != PruneAllocation.InteractionAware;
        return new TrialTeam(
            [.. Enumerable.Range(0, count).Select(_ => new ChildExecutor(command, entered, subject.Calibration.Count, limits))],
            isRated ? trial => ratings.Has(RatedFamily.Of(trial)) : null);
    }
}
