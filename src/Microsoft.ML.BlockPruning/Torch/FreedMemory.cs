using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Memory that libtorch has freed and the C library still holds, and that nothing refers to and is not collected yet.</summary>
/// <remarks>
/// A pruning makes few and large arrays, some hundred megabytes a layer of DeiT-B, and the garbage collector lets gigabytes of them lie
/// where the machine has them. There is nothing to dispose, hence a collection, as rarely as the process grows by so much.
/// glibc raises the size from which it maps a block on its own to that of the largest one freed so far, up to 32 MiB (mallopt(3),
/// M_MMAP_THRESHOLD). From then on libtorch's temporaries are cut from heaps, and whatever stays alive above them holds their pages: a
/// pruning whose tensors need 0.8 GB came to between 1.4 and 2.2. Other C libraries have no such call and get none.
/// </remarks>
internal static unsafe class FreedMemory
{
    private static readonly delegate* unmanaged<nuint, int> Trim = FindTrim();
    private static long _settled = Environment.WorkingSet;

    /// <summary>Gives free pages back once the process has grown by three quarters of a gigabyte; may be called often.</summary>
    public static void GiveBack() => GiveBack(slack: 3L << 28);

    /// <param name="slack">Bytes that the process may grow by first: a page given back costs a fault when it is wanted again.</param>
    internal static void GiveBack(long slack)
    {
        long resident = Environment.WorkingSet;
        if (resident - Interlocked.Read(ref _settled) >= slack)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            if (Trim is not null)
            {
                Trim(0);
            }

            resident = Environment.WorkingSet;
            Interlocked.Exchange(ref _settled, resident);
        }
        else if (resident < Interlocked.Read(ref _settled))
        {
            Interlocked.Exchange(ref _settled, resident);
        }
    }

    private static delegate* unmanaged<nuint, int> FindTrim() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
            && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim)
                ? (delegate* unmanaged<nuint, int>)trim
                : null;
}
