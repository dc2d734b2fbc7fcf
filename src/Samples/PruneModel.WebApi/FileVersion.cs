using System.Security.Cryptography;

namespace PruneModelSample.WebApi;

/// <summary>Tells a file from the one that was there before, without reading it.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Changed">When its content changed last.</param>
/// <param name="Created">When it came to be, where the file system knows: a file that was put in the place of another is younger.</param>
internal readonly record struct FileVersion(long Length, DateTime Changed, DateTime Created)
{
    /// <summary>Of the file that a path leads to, through all links.</summary>
    /// <exception cref="IOException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileVersion Of(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new FileVersion(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), File.GetCreationTimeUtc(file));
    }

    /// <summary>SHA-256 of the content: tells whether a file that looks alike, or new, is.</summary>
    public static string HashOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
