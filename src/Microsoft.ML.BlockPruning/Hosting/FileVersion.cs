using System.Security.Cryptography;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Tells a file from the one that was there before, without reading it.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Changed">When its content changed last.</param>
/// <param name="Created">When it came to be, where the file system knows: a file that was put in the place of another is younger.</param>
internal readonly record struct FileVersion(long Length, DateTime Changed, DateTime Created)
{
    /// <summary>4 GiB, more than any model: what is longer is not read at all, not even for its hash.</summary>
    public const long MaximumBytes = 4L << 30;

    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Of the file that a path leads to, through all links.</summary>
    /// <exception cref="IOException">There is none, it is a pipe, a device or a folder, or longer than a model may be.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileVersion Of(string path)
    {
        using var file = Open(path);
        long length = file.Length;
        return length <= MaximumBytes
            ? new FileVersion(length, File.GetLastWriteTimeUtc(file.SafeFileHandle), File.GetCreationTimeUtc(file.SafeFileHandle))
            : throw new IOException($"it has {length} bytes, expected at most {MaximumBytes}: put a model in its place");
    }

    /// <summary>SHA-256 of the content: tells whether a file that looks alike, or new, is.</summary>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string HashOf(string path)
    {
        using var file = Open(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private static FileStream Open(string path)
    {
        try
        {
            return RegularFile.Open(path, Sharing);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException(
                $"There is no file '{path}'. Put a model there, such as SavePruned or blockprune prune writes; it is taken without a "
                + "restart.",
                path);
        }
    }
}
