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

        // Writing aside and renaming would put a file in the place of the device.
        if (!OperatingSystem.IsWindows() && IsBelow(path, "/dev/") && !IsBelow(path, "/dev/shm/"))
        {
            throw new IOException($"Cannot write {path}: it is a device; give the name of a file.");
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
    /// <exception cref="IOException">The disk is full, or the file cannot be replaced; names the path.</exception>
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
        catch (Exception failure)
        {
            File.Delete(aside);
            if (failure is IOException)
            {
                throw new IOException($"Cannot write {path}: {failure.Message.TrimEnd('.')}. Nothing half-written is left.", failure);
            }

            throw;
        }

        return new FileInfo(path).Length;
    }

    private static bool IsBelow(string path, string folder) => Path.GetFullPath(path).StartsWith(folder, StringComparison.Ordinal);

    private static string Aside(string path) => $"{path}.{Path.GetRandomFileName()}";
}
