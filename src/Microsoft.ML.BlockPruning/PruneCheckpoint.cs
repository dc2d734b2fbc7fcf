using Microsoft.ML.BlockPruning.Runs.Resuming;

namespace Microsoft.ML.BlockPruning;

/// <summary>What <see cref="BlockPruneEstimator.Options.CheckpointFolder"/> holds.</summary>
public static class PruneCheckpoint
{
    /// <summary>Removes the files of a run, once its model is saved, and the folder where nothing else is in it.</summary>
    /// <param name="folder">The folder; where there is none, nothing happens.</param>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be removed.</exception>
    public static void Remove(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        StageFiles.Remove(folder);
    }
}
