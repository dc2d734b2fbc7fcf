using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Sharded;

/// <summary>The folder of an index: which files in it are shards, and where a symbolic link among them may lead.</summary>
/// <remarks>
/// An index is text that somebody else wrote, so it may not name what lies elsewhere. Hugging Face's cache is the exception: a file of
/// <c>snapshots/REVISION</c> links to one of <c>blobs</c> beside <c>snapshots</c>, and of the same repository.
/// </remarks>
/// <param name="index">The index.</param>
/// <param name="source">What messages call it.</param>
internal sealed class ShardFolder(string index, string source)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(index))!;

    /// <summary>The path of a shard.</summary>
    /// <exception cref="InvalidDataException">It is missing, or leads out of the folder.</exception>
    public string Find(string shard)
    {
        string path = Path.Combine(_folder, shard);
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{source}: the shard '{shard}' is missing. Fetch it into the same folder.");
        }

        string real = RealPath.Of(path), folder = RealPath.Of(_folder);
        return Path.GetDirectoryName(real) is { } place && (place == folder || place == BlobsOf(folder))
            ? path
            : throw new InvalidDataException(
                $"{source}: the shard '{shard}' is a symbolic link out of the folder, to '{real}'. Put the file itself beside the index.");
    }

    private static string? BlobsOf(string folder)
    {
        const string snapshots = "snapshots", blobs = "blobs";
        string? above = Path.GetDirectoryName(folder);
        return Path.GetFileName(above) == snapshots ? Path.Combine(Path.GetDirectoryName(above)!, blobs) : null;
    }
}
