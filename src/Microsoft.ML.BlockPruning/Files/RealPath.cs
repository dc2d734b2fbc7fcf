namespace Microsoft.ML.BlockPruning.Files;

/// <summary>Where a path leads, all symbolic links on the way followed.</summary>
internal static class RealPath
{
    /// <summary>Follows a path.</summary>
    /// <param name="path">A file or folder that there is.</param>
    /// <returns>The path without links; on Windows those of folders stay.</returns>
    /// <exception cref="IOException">The links go in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way cannot be searched.</exception>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        return OperatingSystem.IsWindows()
            ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full
            : PosixFile.RealPath(full) ?? full;
    }
}
