namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

/// <summary>Where an entry of a zip archive lies.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Position">Its content's first byte in the file.</param>
/// <param name="Length">Bytes of the content as it lies there.</param>
/// <param name="Obstacle">Why these are not the content itself, as in "is compressed"; null where they are.</param>
internal sealed record ZipPlace(string Name, long Position, long Length, string? Obstacle);
