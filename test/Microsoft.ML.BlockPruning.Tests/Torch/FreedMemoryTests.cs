using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
[DoNotParallelize] // reads the memory of the whole process
public sealed class FreedMemoryTests
{
    private const int Mebibyte = 1 << 20;

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    private const int Tensors = 48;
    private const int Size = 8 * Mebibyte;
    private const long Freed = Tensors / 2 * (long)Size;

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void GiveBack_ReturnsThePagesBetweenLivingTensorsOnceTheProcessHasGrown()
    {
        using var scope = NewDisposeScope();
        // At once, however large the process was in the tests before: from here on nothing free is left in the heaps.
        FreedMemory.GiveBack(slack: long.MinValue);
        FreeBetweenLivingTensors();
        long held = ResidentBytes();

        FreedMemory.GiveBack(slack: 100 * Freed);
        long after = ResidentBytes();
        FreedMemory.GiveBack(slack: Freed / 2);

        // Half of it, since a heap's last block goes back as it is freed.
        Assert.IsLessThan(Freed / 4, held - after, "The process has not grown by so much.");
        Assert.IsGreaterThan(Freed / 2, after - ResidentBytes());
    }

    /// <summary>An array of this size lies where only a full collection looks.</summary>
    [TestMethod]
    public void GiveBack_CollectsWhatNothingRefersToOnceTheProcessHasGrown()
    {
        var dropped = Dropped();

        FreedMemory.GiveBack(slack: long.MaxValue);
        bool isThere = dropped.IsAlive;
        FreedMemory.GiveBack(slack: long.MinValue);

        Assert.IsTrue(isThere, "The process has not grown by so much.");
        Assert.IsFalse(dropped.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Dropped() => new(new byte[64 * Mebibyte]);

    /// <summary>Frees every second one in the order of addresses, wherever glibc put them: the others hold the heaps in place.</summary>
    private static void FreeBetweenLivingTensors()
    {
        Fill(8, 31 * Mebibyte).ForEach(tensor => tensor.Dispose()); // from here on glibc cuts 8 MiB from its heaps
        var byAddress = Fill(Tensors, Size).OrderBy(AddressOf).ToList();
        for (int i = 0; i < Tensors; i += 2)
        {
            byAddress[i].Dispose();
        }
    }

    private static nint AddressOf(Tensor tensor) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(tensor.bytes));

    private static List<Tensor> Fill(int count, long size) =>
        [.. Enumerable.Range(0, count).Select(_ => ones(size, dtype: ScalarType.Byte))];

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
            * Environment.SystemPageSize;
}
