using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;

namespace BlockPrune.Cli;

/// <summary>A model that is looked at, alone or beside others.</summary>
/// <param name="Name">What columns and lines call it.</param>
/// <param name="Path">Its file.</param>
/// <param name="Checkpoint">What no file tells of it, where it is a dense checkpoint.</param>
/// <param name="Network">The network.</param>
internal sealed record OpenModel(string Name, string Path, CheckpointOptions Checkpoint, SparseViTTransformer Network) : IDisposable
{
    /// <summary>Whether nothing was removed.</summary>
    public bool IsDense => Network.Layers.All(layer => layer.KeptBlocks == layer.TotalBlocks);

    /// <summary>Whose names a checkpoint has, and where heads, epsilon and the like come from; null of a pruned model.</summary>
    /// <param name="context">Reads the file again.</param>
    public CheckpointDescription? Describe(MLContext context) =>
        IsCheckpoint ? context.BlockPruning().DescribeCheckpoint(Path, Checkpoint) : null;

    // A checkpoint's layers are whole; a model file has its own names, whatever was kept.
    private bool IsCheckpoint => Network.Report is null && Network.Layers.All(layer => layer.TotalBlocks == 1 && layer.KeptBlocks == 1)
        && !Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <summary>The classes that images are matched with.</summary>
    /// <param name="context">Reads the file again.</param>
    /// <param name="order">How a checkpoint was trained that names no class.</param>
    public NetworkClasses Classes(MLContext context, ClassNameOrder order) =>
        IsCheckpoint ? new NetworkClasses.Dense(context, Path, order, Checkpoint) : NetworkClasses.Of(Network);

    /// <summary>Has image files turned as EXIF says, or not; where that is as it was, whoever said so has said it.</summary>
    public void Orient(bool isApplied)
    {
        if (Network.ApplyOrientation != isApplied)
        {
            Network.ApplyOrientation = isApplied;
        }
    }

    public void Dispose() => Network.Dispose();
}
