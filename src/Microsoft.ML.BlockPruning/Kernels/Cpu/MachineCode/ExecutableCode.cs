using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

/// <summary>Machine code in pages of its own: writable first, executable afterwards, never both at once.</summary>
internal sealed unsafe partial class ExecutableCode : SafeHandle
{
    private const int PageBytes = 4096;

    // mmap(2), mprotect(2).
    private const int Read = 1, Write = 2, Execute = 4, PrivateAnonymous = 0x22;
    private const nint MapFailed = -1;

    // VirtualAlloc: MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE, PAGE_EXECUTE_READ; VirtualFree: MEM_RELEASE.
    private const uint CommitReserve = 0x3000, PageReadWrite = 0x04, PageExecuteRead = 0x20, Release = 0x8000;

    private readonly nuint _bytes;

    private ExecutableCode(nint address, nuint bytes)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        SetHandle(address);
        _bytes = bytes;
    }

    public override bool IsInvalid => handle == 0;

    public nint Address => handle;

    /// <summary>Copies code into pages and makes them executable.</summary>
    /// <param name="code">Position-independent; at least one byte.</param>
    /// <returns>Null where the system does not allow it (SELinux, seccomp, a hardened runtime), or is not known here.</returns>
    public static ExecutableCode? TryCreate(ReadOnlySpan<byte> code)
    {
        ArgumentOutOfRangeException.ThrowIfZero(code.Length);
        nuint bytes = ((nuint)code.Length + (PageBytes - 1)) & ~(nuint)(PageBytes - 1);
        nint address = OperatingSystem.IsLinux() ? Map(0, bytes, Read | Write, PrivateAnonymous, -1, 0)
            : OperatingSystem.IsWindows() ? VirtualAlloc(0, bytes, CommitReserve, PageReadWrite)
            : 0;
        if (address is 0 or MapFailed)
        {
            return null;
        }

        var memory = new ExecutableCode(address, bytes);
        code.CopyTo(new Span<byte>((void*)address, (int)bytes));
        if (memory.TrySeal())
        {
            return memory;
        }

        memory.Dispose();
        return null;
    }

    protected override bool ReleaseHandle() =>
        OperatingSystem.IsLinux() ? Unmap(handle, _bytes) == 0 : VirtualFree(handle, 0, Release);

    private bool TrySeal() => OperatingSystem.IsLinux()
        ? Protect(handle, _bytes, Read | Execute) == 0
        : VirtualProtect(handle, _bytes, PageExecuteRead, out _) && FlushInstructionCache(-1, handle, _bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualProtect(nint address, nuint size, uint protection, out uint old);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualFree(nint address, nuint size, uint type);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushInstructionCache(nint process, nint address, nuint size);
}
