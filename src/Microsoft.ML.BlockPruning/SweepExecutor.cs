namespace Microsoft.ML.BlockPruning;

/// <summary>Where the trials of a <see cref="SparsitySweep"/> run.</summary>
public enum SweepExecutor
{
    /// <summary>In the sweep's own process. A trial that dies, of memory or within libtorch, takes the sweep with it.</summary>
    InProcess,

    /// <summary>
    /// In a child process, the same program started again, which hands itself over to <see cref="SweepWorker.TryRun"/>. A trial that dies
    /// is a failed trial, and a limit of memory is held.
    /// </summary>
    ChildProcess,
}
