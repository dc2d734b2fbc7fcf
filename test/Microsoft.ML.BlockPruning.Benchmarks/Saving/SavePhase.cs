namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>Where in its loop a writer was when it was killed.</summary>
internal enum SavePhase
{
    /// <summary>About to write.</summary>
    Before,

    During,

    /// <summary>The call has returned.</summary>
    After,
}
