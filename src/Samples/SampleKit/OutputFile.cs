namespace SampleKit;

/// <summary>Writes files whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Throws before minutes of work are spent on a file that cannot be written.</summary>
    /// <exception cref="IOException">The file cannot be created there.</exception>
    public static void RequireWritable(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new IOException($"Cannot write {path}: {(Directory.Exists(path) ? "it is a folder" : $"there is no folder {folder}")}.");
        }

        try
        {
            using var probe = new FileStream(
                Aside(path), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Cannot write {path}: {refused.Message}", refused);
        }
    }

    /// <summary>Writes beside the target, then renames: a reader sees the old file or the new one, never a part.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="write">Fills the stream.</param>
    /// <returns>Length of the file in bytes.</returns>
    public static long Write(string path, Action<Stream> write)
    {
        string aside = Aside(path);
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                write(stream);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }

        return new FileInfo(path).Length;
    }

    private static string Aside(string path) => $"{path}.{Path.GetRandomFileName()}";
}
