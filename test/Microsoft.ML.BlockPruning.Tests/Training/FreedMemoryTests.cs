using Microsoft.ML.BlockPruning.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Training;

[TestClass]
[DoNotParallelize] // reads the memory of the whole process
public sealed class FreedMemoryTests
{
    private const int Mebibyte = 1 << 20;

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    /// <summary>Large tensors with small ones between them: once the large ones are freed, the small ones hold the heap in place.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void GiveBack_ReturnsThePagesBetweenLivingTensors()
    {
        const int tensors = 24, size = 8 * Mebibyte;
        using var scope = NewDisposeScope();
        ones(31 * Mebibyte, dtype: ScalarType.Byte).Dispose(); // from here on glibc cuts 8 MiB from its heap
        var large = new List<Tensor>();
        for (int i = 0; i < tensors; i++)
        {
            large.Add(ones(size, dtype: ScalarType.Byte));
            _ = ones(4096, dtype: ScalarType.Byte); // lives until the scope ends
        }

        large.ForEach(tensor => tensor.Dispose());
        long held = ResidentBytes();

        FreedMemory.GiveBack(slack: 0);

        // Half of it, since neighbours on the heap may have been in use already.
        Assert.IsGreaterThan(tensors * (long)size / 2, held - ResidentBytes());
    }

    [TestMethod]
    public void GiveBack_LetsTheProcessGrowFirst()
    {
        FreedMemory.GiveBack(slack: 0);
        long before = ResidentBytes();

        FreedMemory.GiveBack(slack: long.MaxValue);

        Assert.AreEqual(before, ResidentBytes(), 16.0 * Mebibyte);
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
            * Environment.SystemPageSize;
}
