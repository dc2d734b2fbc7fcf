namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>A container of tensors: one folder, and one row of <c>CheckpointRows.Containers</c>.</summary>
internal interface IContainer
{
    /// <summary>What messages call such files, as in "expected a safetensors file".</summary>
    string Name { get; }

    /// <summary>Whether a file that begins so is of this container. What is damaged further on is for <see cref="Open"/> to say.</summary>
    /// <param name="start">Its first bytes: <see cref="ContainerDetector.StartBytes"/>, or fewer where the file has no more.</param>
    bool Takes(ReadOnlySpan<byte> start);

    /// <summary>Opens a file, and the files beside it that belong to it.</summary>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message names it, what was found and what was expected.</exception>
    ITensorFile Open(string path);
}
