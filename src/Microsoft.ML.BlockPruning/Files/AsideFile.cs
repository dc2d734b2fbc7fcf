using System.Text;

namespace Microsoft.ML.BlockPruning.Files;

/// <summary>The file beside a target that takes its place when it is complete.</summary>
internal sealed class AsideFile : IDisposable
{
    private const string Suffix = ".blockpruning.tmp";
    private const int IdLength = 32;
    private const int LongestName = 255; // bytes, of most file systems; Windows counts characters, which are fewer
    private const int Attempts = 4;

    // Shared, so that whoever opens the new file at once can; a look for leftovers asks for the file alone, and is refused.
    private const FileShare Sharing = FileShare.Read | FileShare.Delete;

    private readonly FileTarget _target;
    private readonly string _path;
    private bool _isPublished;

    private AsideFile(FileTarget target, string path, FileStream stream)
    {
        _target = target;
        _path = path;
        Stream = stream;
    }

    public FileStream Stream { get; private set; }

    /// <summary>Removes what killed writers of this target left behind; what cannot be removed stays.</summary>
    public static void RemoveLeftovers(FileTarget target)
    {
        string stem = StemOf(target.Name);
        try
        {
            foreach (string path in Directory.EnumerateFiles(target.Folder).Where(path => IsAside(Path.GetFileName(path), stem)))
            {
                RemoveIfAbandoned(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that may be written and not listed: there is nothing to be found.
        }
    }

    /// <summary>Begins one.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static AsideFile Create(FileTarget target)
    {
        for (int attempt = 1; ; attempt++)
        {
            string path = Path.Combine(target.Folder, $"{StemOf(target.Name)}.{Guid.NewGuid():N}{Suffix}");
            FileStream stream;
            try
            {
                stream = new FileStream(path, OptionsFor(target));
            }
            catch (IOException error) when (error is not DirectoryNotFoundException && attempt < Attempts)
            {
                continue; // another writer looked at it in the moment between its making and its lock
            }

            if (File.Exists(path) || attempt == Attempts)
            {
                return new AsideFile(target, path, stream);
            }

            stream.Dispose(); // that writer took it for a leftover
        }
    }

    /// <summary>Puts the file on the disk, then in the place of the target.</summary>
    /// <exception cref="IOException">The disk is full, or the target cannot be replaced.</exception>
    public void Publish()
    {
        if (!Stream.CanWrite)
        {
            Stream = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, Sharing); // whoever wrote has closed it
        }

        KeepModeAndOwner();
        Stream.Flush(flushToDisk: true);
        File.Move(_path, _target.Path, overwrite: true); // still open, and so still locked
        _isPublished = true;
        PosixFile.FlushFolder(_target.Folder);
    }

    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (Exception error) when (!_isPublished || error is IOException)
        {
            // What a full disk refused is refused again on closing, and a limit of files' length as an ArgumentException: the caller knows.
        }

        if (!_isPublished)
        {
            File.Delete(_path);
        }
    }

    private static FileStreamOptions OptionsFor(FileTarget target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = Sharing };
        if (!OperatingSystem.IsWindows() && File.Exists(target.Path))
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // nobody else may read it before it has its mode
        }

        return options;
    }

    // Giving a file away takes its set-id bits off: the owner first. Bits that would act for somebody else stay off.
    private void KeepModeAndOwner()
    {
        if (OperatingSystem.IsWindows() || !File.Exists(_target.Path))
        {
            return;
        }

        var mode = File.GetUnixFileMode(_target.Path);
        if (PosixFile.StatusOf(_target.Path) is { } old && PosixFile.StatusOf(_path) is { } own && old != own
            && !PosixFile.TryGive(_path, old.User, old.Group))
        {
            bool hasGroup = PosixFile.TryGive(_path, PosixFile.Unchanged, old.Group);
            mode &= hasGroup ? ~UnixFileMode.SetUser : ~(UnixFileMode.SetUser | UnixFileMode.SetGroup);
        }

        File.SetUnixFileMode(_path, mode);
    }

    private static void RemoveIfAbandoned(string path)
    {
        // A link or a pipe of such a name is not ours, and to open it could wait for ever.
        if (new FileInfo(path).LinkTarget is not null || PosixFile.StatusOf(path) is { Kind: not PosixFileKind.File })
        {
            return;
        }

        try
        {
            // On Unix "none" alone is a lock that no other holder of one allows; on Windows it would forbid the removal itself.
            var share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
            using var alone = new FileStream(path, FileMode.Open, FileAccess.Read, share);
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Its writer is alive, or it is somebody else's.
        }
    }

    private static bool IsAside(string name, string stem) =>
        name.Length == stem.Length + 1 + IdLength + Suffix.Length
        && name.StartsWith(stem, StringComparison.Ordinal) && name[stem.Length] == '.'
        && name.EndsWith(Suffix, StringComparison.Ordinal)
        && name.Skip(stem.Length + 1).Take(IdLength).All(char.IsAsciiHexDigitLower);

    // The target's name, cut where the whole would be too long for a folder: then a hash keeps the targets apart.
    private static string StemOf(string name)
    {
        int room = LongestName - 1 - IdLength - Suffix.Length;
        if (Encoding.UTF8.GetByteCount(name) <= room)
        {
            return name;
        }

        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
        int bytes = 0;
        string cut = string.Concat(name.EnumerateRunes().TakeWhile(rune => (bytes += rune.Utf8SequenceLength) <= room - hash.Length - 1));
        return $"{cut}~{hash}";
    }
}
