using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.BlockPruning.Files;

/// <summary>The calls of the C library that .NET lacks: who owns a file, what kind it is, and its folder on the disk.</summary>
/// <remarks>On Windows none is called; on a system without <c>statx</c> (macOS) the kind of a file is not known.</remarks>
internal static unsafe partial class PosixFile
{
    /// <summary>As an owner or group: leave it.</summary>
    public const uint Unchanged = uint.MaxValue;

    private const int FromWorkingFolder = -100; // AT_FDCWD
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS
    private const int AccessDenied = 13; // EACCES

    /// <summary>The folder without links, "." and "..".</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="UnauthorizedAccessException">A folder on the way cannot be searched.</exception>
    public static string? RealPath(string path)
    {
        byte* found = Resolve(path, null);
        if (found is null)
        {
            return Marshal.GetLastPInvokeError() == AccessDenied
                ? throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.")
                : null;
        }

        string? real = Marshal.PtrToStringUTF8((nint)found);
        NativeMemory.Free(found);
        return real;
    }

    /// <summary>Kind and owner of a file; links are followed.</summary>
    /// <returns>Null where there is none, or the system does not tell.</returns>
    public static PosixFileStatus? StatusOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Status status = default;
        try
        {
            return Statx(FromWorkingFolder, path, 0, BasicStatus, &status) == 0
                ? new PosixFileStatus(KindOf(status.Mode), status.User, status.Group)
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library before 2018
        }
    }

    /// <summary>Gives a file to others, as far as this process may.</summary>
    public static bool TryGive(string path, uint user, uint group) => Chown(path, user, group) == 0;

    /// <summary>Puts a folder's entries on the disk, so that a new name survives a power failure; some file systems cannot.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, 0), ownsHandle: true); // O_RDONLY
        if (!handle.IsInvalid)
        {
            _ = Fsync(handle);
        }
    }

    // The file type in the mode: S_IFMT.
    private static PosixFileKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x1000 => PosixFileKind.Pipe,
        0x4000 => PosixFileKind.Folder,
        0x8000 => PosixFileKind.File,
        0xc000 => PosixFileKind.Socket,
        _ => PosixFileKind.Device,
    };

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* Resolve(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Status* status);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(SafeFileHandle handle);

    // struct statx of Linux, the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;
    }
}

/// <summary>What .NET does not tell of a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
internal readonly record struct PosixFileStatus(PosixFileKind Kind, uint User, uint Group);

/// <summary>What a name in a folder stands for.</summary>
internal enum PosixFileKind
{
    /// <summary>A file with content.</summary>
    File,

    Folder,

    /// <summary>A named or unnamed pipe.</summary>
    Pipe,

    Socket,

    /// <summary>A character or block device.</summary>
    Device,
}
