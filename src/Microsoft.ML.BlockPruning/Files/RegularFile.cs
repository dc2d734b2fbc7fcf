namespace Microsoft.ML.BlockPruning.Files;

/// <summary>Opens files that are read, and nothing else: a pipe would wait for its writer, and a device may never end.</summary>
/// <remarks>
/// Symbolic links are followed. What kind a path is, only Linux tells here; on other systems it is opened as it is.
/// </remarks>
public static class RegularFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do with it meanwhile; reading alone unless given.</param>
    /// <returns>The file at its beginning; the caller closes it.</returns>
    /// <exception cref="IOException">There is none, or it is a pipe, a device, a socket or a folder; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public static FileStream Open(string path, FileShare share = FileShare.Read)
    {
        Require(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, share);
    }

    /// <summary>Throws where a path leads to something else than a file; opens nothing.</summary>
    /// <param name="path">The file. Where nothing is there, that is for whoever opens it to say.</param>
    /// <exception cref="IOException">It is a pipe, a device, a socket or a folder; names the path.</exception>
    public static void Require(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (PosixFile.StatusOf(path) is { Kind: not PosixFileKind.File and var kind })
        {
            throw new IOException(
                $"Cannot read '{path}': it is a {NameOf(kind)}, expected a regular file. Give the name of one, or copy the content "
                + "into one.");
        }
    }

    private static string NameOf(PosixFileKind kind) => kind switch
    {
        PosixFileKind.Pipe => "pipe",
        PosixFileKind.Folder => "folder",
        PosixFileKind.Socket => "socket",
        _ => "device",
    };
}
