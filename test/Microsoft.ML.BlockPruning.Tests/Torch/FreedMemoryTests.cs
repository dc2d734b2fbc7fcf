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

    private const int Tensors = 24;
    private const int Size = 8 * Mebibyte;

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void GiveBack_ReturnsThePagesBetweenLivingTensorsOnceTheProcessHasGrown()
    {
        using var scope = NewDisposeScope();
        // At once, however large the process was in the tests before: from here on nothing free is left in the heaps.
        FreedMemory.GiveBack(slack: long.MinValue);
        FreeBetweenLivingTensors();
        long held = ResidentBytes();

        FreedMemory.GiveBack(slack: 100L * Tensors * Size);
        long after = ResidentBytes();
        FreedMemory.GiveBack(slack: Tensors * Size / 2);

        // Half of it, since neighbours on the heap may have been in use already.
        Assert.IsLessThan(Tensors * (long)Size / 4, held - after, "The process has not grown by so much.");
        Assert.IsGreaterThan(Tensors * (long)Size / 2, after - ResidentBytes());
    }

    /// <summary>Large tensors with small ones between them: once the large ones are freed, the small ones hold the heap in place.</summary>
    private static void FreeBetweenLivingTensors()
    {
        ones(31 * Mebibyte, dtype: ScalarType.Byte).Dispose(); // from here on glibc cuts 8 MiB from its heap
        var large = new List<Tensor>();
        for (int i = 0; i < Tensors; i++)
        {
            large.Add(ones(Size, dtype: ScalarType.Byte));
            _ = ones(4096, dtype: ScalarType.Byte); // lives until the test's scope ends
        }

        large.ForEach(tensor => tensor.Dispose());
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
            * Environment.SystemPageSize;
}
