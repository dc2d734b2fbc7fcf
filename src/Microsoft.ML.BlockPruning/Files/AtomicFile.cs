namespace Microsoft.ML.BlockPruning.Files;

/// <summary>Writes a file whole or not at all: aside in the same folder, flushed to disk, then renamed over the target.</summary>
/// <remarks>
/// <para>
/// Whatever ends the process, the target holds its old content or the new one, never a part. A killed writer leaves
/// <c>NAME.(32 digits).blockpruning.tmp</c> behind, which the next write to that target removes; one that a living writer holds open stays.
/// Two writers at once both succeed, and the last one wins.
/// </para>
/// <para>
/// The file's mode is kept, its owner and group as far as the system permits; a new file gets what the process's umask says. A symbolic
/// link stays, and what it points to is replaced. A file with several names (hard links) keeps the old content under the others. Access
/// lists and extended attributes are not carried over. A pipe is written directly; a device or a socket is refused.
/// </para>
/// <para>A writer that is alive is known by its lock on the file, which needs a file system that locks: some network shares do not.</para>
/// </remarks>
public static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The target; an old file there stays untouched until the new one is complete.</param>
    /// <param name="write">Writes the content. What it throws reaches the caller; an IOException names the path besides.</param>
    /// <exception cref="IOException">
    /// The folder is missing, the disk is full, the target is a folder, a device or a socket, or it cannot be replaced; names the path.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = TargetOf(path);
        if (target.IsPipe)
        {
            Try(path, () =>
            {
                using var pipe = new FileStream(target.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                write(pipe);
            });
            return;
        }

        AsideFile.RemoveLeftovers(target);
        using var aside = Try(path, () => AsideFile.Create(target));
        Try(path, () =>
        {
            write(aside.Stream);
            aside.Publish();
        });
    }

    /// <summary>Throws before minutes of work are spent on a file that cannot be written; leaves nothing behind.</summary>
    /// <param name="path">The target of a later <see cref="Write"/>.</param>
    /// <exception cref="IOException">The folder is missing, or the target is a folder, a device or a socket; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public static void RequireWritable(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var target = TargetOf(path);
        if (!target.IsPipe)
        {
            Try(path, () => AsideFile.Create(target).Dispose());
        }
    }

    private static FileTarget TargetOf(string path)
    {
        var target = Try(path, () => FileTarget.Of(path));
        return target.Refusal is { } reason ? throw new IOException($"Cannot write '{path}': {reason}.") : target;
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
        catch (Exception error) when (error is IOException || IsTooLong(error))
        {
            throw new IOException($"Cannot write '{path}': {error.Message}", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UnauthorizedAccessException(
                $"Cannot write '{path}': {error.Message} Choose a folder that this process may write to.", error);
        }
    }

    // What .NET makes of EFBIG: the process, or the file system, allows no file of this length.
    private static bool IsTooLong(Exception error) =>
        error is ArgumentOutOfRangeException { ParamName: "value" } && error.Source == typeof(FileStream).Assembly.GetName().Name;
}
