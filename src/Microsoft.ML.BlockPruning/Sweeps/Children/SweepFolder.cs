using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>The temporary folder of a sweep that runs its trials in child processes; known again by place, name and mark.</summary>
/// <remarks>A child process is told its folder by the command line, which anybody can write, and deletes it in the end.</remarks>
internal static class SweepFolder
{
    private const string Prefix = "blockpruning-sweep-";
    private const string Ended = "-ended";
    private const string MarkFile = "sweep-folder";
    private const string Mark = "A sweep of Microsoft.ML.BlockPruning made this folder and deletes it.\n";

    /// <summary>Makes one, which only this user may enter.</summary>
    public static DirectoryInfo Create()
    {
        var folder = Directory.CreateTempSubdirectory(Prefix);
        File.WriteAllText(Path.Combine(folder.FullName, MarkFile), Mark);
        return folder;
    }

    /// <summary>Refuses a folder that <see cref="Create"/> has not made.</summary>
    /// <exception cref="InvalidDataException">It is another folder, or none.</exception>
    public static void Require(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        bool isOurs = Path.GetFileName(full).StartsWith(Prefix, StringComparison.Ordinal)
            && new DirectoryInfo(full) is { Exists: true, LinkTarget: null }
            && Real(Path.GetDirectoryName(full)!) == Real(Path.TrimEndingDirectorySeparator(Path.GetTempPath()))
            && HasMark(Path.Combine(full, MarkFile));
        if (!isOurs)
        {
            throw new InvalidDataException(
                $"'{folder}' is no folder of a sweep, and nothing in it was touched: a sweep starts its workers itself, with a folder "
                + "that it has made.");
        }
    }

    /// <summary>Deletes one with all in it, unless another worker of the same dead sweep has done so, or is to do so.</summary>
    /// <exception cref="InvalidDataException">It is another folder.</exception>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        Require(folder);
        string ended = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Ended;
        try
        {
            Directory.Move(folder, ended); // another worker, at work in it, finds it gone and ends too
        }
        catch (IOException)
        {
            return; // the other one was faster, or holds a file open where that keeps a folder in its place, and ends last
        }

        Directory.Delete(ended, recursive: true);
    }

    private static string? Real(string folder) => OperatingSystem.IsWindows() ? folder.ToUpperInvariant() : PosixFile.RealPath(folder);

    private static bool HasMark(string path)
    {
        var file = new FileInfo(path);
        return file is { Exists: true, LinkTarget: null } && file.Length == Mark.Length && File.ReadAllText(path) == Mark;
    }
}
