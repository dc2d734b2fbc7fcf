namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Writes a file whole or not at all: aside in the same folder, flushed to disk, then renamed over the target.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The target; an old file there stays untouched until the new one is complete.</param>
    /// <param name="write">Writes the content. What it throws reaches the caller; an IOException names the path besides.</param>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the target cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw new IOException($"Cannot write '{path}': it is a folder, expected the name of a file.");
        }

        string aside = $"{target}.{Guid.NewGuid():N}.tmp";
        var stream = Try(path, () => new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None));
        try
        {
            Try(path, () =>
            {
                using (stream)
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(aside, target, overwrite: true);
            });
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    private static void Try(string path, Action step) => Try(path, () =>
    {
        step();
        return true;
    });

    private static T Try<T>(string path, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (IOException error)
        {
            throw new IOException($"Cannot write '{path}': {error.Message}", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UnauthorizedAccessException(
                $"Cannot write '{path}': {error.Message} Choose a folder that this process may write to.", error);
        }
    }
}
