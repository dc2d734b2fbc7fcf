namespace Microsoft.ML.BlockPruning.Files;

/// <summary>Where a path leads in the end: symbolic links are followed, also one that points to nothing yet.</summary>
/// <param name="Path">The file itself, in a folder whose own links are resolved.</param>
/// <param name="IsPipe">Whether it is a pipe, which is written as it is.</param>
/// <param name="Refusal">Why nothing can be written there; null where something can.</param>
internal sealed record FileTarget(string Path, bool IsPipe = false, string? Refusal = null)
{
    private const int MaximumLinks = 40; // as Linux allows

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Follows a path.</summary>
    /// <exception cref="IOException">The links go in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way cannot be searched.</exception>
    public static FileTarget Of(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        for (int links = 0; links <= MaximumLinks; links++)
        {
            if (Directory.Exists(full) || System.IO.Path.GetFileName(full) is "" or "." or "..")
            {
                return new FileTarget(full, Refusal: "it is a folder, expected the name of a file");
            }

            string named = System.IO.Path.GetDirectoryName(full)!;
            if (RealFolder(named) is not { } folder)
            {
                return new FileTarget(full, Refusal: $"there is no folder '{named}'; create it");
            }

            full = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(full));
            if (new FileInfo(full).LinkTarget is not { } next)
            {
                return OfFile(full);
            }

            if (folder.StartsWith("/proc/", StringComparison.Ordinal))
            {
                return OfDescriptor(full, next);
            }

            // Not GetFullPath: ".." behind a linked folder means the parent of what the link points to.
            full = System.IO.Path.Combine(folder, next);
        }

        return new FileTarget(full, Refusal: $"it leads through more than {MaximumLinks} symbolic links, which may go in a circle");
    }

    private static string? RealFolder(string folder) => OperatingSystem.IsWindows()
        ? Directory.Exists(folder) ? folder : null
        : PosixFile.RealPath(folder) is { } real && Directory.Exists(real) ? real : null;

    private static FileTarget OfFile(string path) => KindOf(path) switch
    {
        PosixFileKind.Pipe => new FileTarget(path, IsPipe: true),
        PosixFileKind.Device => new FileTarget(path, Refusal: "it is a device; give the name of a file"),
        PosixFileKind.Socket => new FileTarget(path, Refusal: "it is a socket; give the name of a file"),
        _ => new FileTarget(path),
    };

    // Such as /dev/stdout: a rename would take the name away from what the shell has opened.
    private static FileTarget OfDescriptor(string path, string opened) => KindOf(path) switch
    {
        PosixFileKind.File => new FileTarget(path, Refusal: $"it is an open descriptor of '{opened}'; give that name itself"),
        _ => OfFile(path),
    };

    private static PosixFileKind? KindOf(string path) =>
        path.StartsWith(@"\\.\", StringComparison.Ordinal) ? PosixFileKind.Device : PosixFile.StatusOf(path)?.Kind;
}
