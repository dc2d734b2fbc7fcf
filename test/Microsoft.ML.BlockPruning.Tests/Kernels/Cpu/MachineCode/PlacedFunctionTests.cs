using System.Globalization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>Machine code while it runs: its pages, its calls, and that it stays away where it is told to.</summary>
[TestClass]
public sealed unsafe class PlacedFunctionTests
{
    public static IEnumerable<string> Formats => [nameof(ProductFormat.Int8), nameof(ProductFormat.BFloat16)];

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Pages_AreExecutableAndNotWritable()
    {
        using var code = ExecutableCode.TryCreate([0xC3])
            ?? throw new AssertInconclusiveException("This system refuses executable memory.");

        string rights = File.ReadLines("/proc/self/maps").Single(line => Holds(line.Split(' ')[0], code.Address)).Split(' ')[1];

        Assert.AreEqual("r-xp", rights);
    }

    [TestMethod]
    [DataRow(null, null, true)]
    [DataRow("", null, true)]
    [DataRow("1", true, true)]
    [DataRow("0", null, false)]
    [DataRow("0", true, false)]
    [DataRow(null, false, false)]
    public void Switches_KeepItAway(string? variable, bool? isOn, bool isAllowed) =>
        Assert.AreEqual(isAllowed, PlacedFunction.IsAllowedBy(variable, isOn));

    [TestMethod]
    public void Function_WithoutItsInstructions_IsNotPlaced() =>
        Assert.IsNull(PlacedFunction.TryPlace(ShippedFunction.Int8Dot, isSupported: false));

    /// <summary>A hundred thousand calls, collections meanwhile: the same bits, and no memory.</summary>
    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void Calls_TakeNoMemory_AndGiveTheSameUnderCollections(string format)
    {
        var row = CpuKernels.Rows.OfType<LinearKernel>().First(row => row.Format == Enum.Parse<ProductFormat>(format));
        if (!row.IsSupported)
        {
            Assert.Inconclusive($"This processor cannot run {row}.");
        }

        const int features = 64, tokens = 48;
        var (_, weight) = TestMatrices.BlockSparse(seed: 1, features, features, new BlockShape(16, 16), density: 0.5);
        using var linear = row.Pack(weight, TestMatrices.Uniform(2, features));
        using var x = new PanelBuffer(tokens, features, TestMatrices.Uniform(3, tokens * features));
        using var read = PackedInput.Of(row, tokens, features, x);
        using var y = new PanelBuffer(tokens, features);
        void Call() => row.Multiply(linear, (0, linear.Strips), read.Panels, tokens, Epilogue.None, residual: null, y.Pointer);
        Call();
        float[] expected = y.Rows;
        long native = NativeBuffer.LiveBytes;
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
            }
        });

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < 100_000; call++)
        {
            Call();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        stop.Cancel();
        collecting.GetAwaiter().GetResult();
        Assert.AreEqual((0L, native), (allocated, NativeBuffer.LiveBytes));
        CollectionAssert.AreEqual(expected, y.Rows);
    }

    private static bool Holds(string range, nint address)
    {
        long[] ends = [.. range.Split('-').Select(end => long.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        return address >= ends[0] && address < ends[1];
    }
}
