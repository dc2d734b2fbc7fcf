using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>The functions of Windows' convention, run on Linux behind an entry that puts the argument where they look for it.</summary>
[TestClass]
public sealed unsafe class WindowsConventionTests
{
    private static readonly byte[] Entry = [0x48, 0x89, 0xF9]; // mov rcx, rdi

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow(nameof(ProductFormat.Int8), 1)]
    [DataRow(nameof(ProductFormat.Int8), 2)]
    [DataRow(nameof(ProductFormat.Int8), 3)]
    [DataRow(nameof(ProductFormat.BFloat16), 1)]
    [DataRow(nameof(ProductFormat.BFloat16), 2)]
    [DataRow(nameof(ProductFormat.BFloat16), 3)]
    public void Function_GivesWhatThatOfSystemVGives(string format, int vectors)
    {
        bool isInt8 = format == nameof(ProductFormat.Int8);
        if (isInt8 ? !VnniCodeDot.IsSupported : !BFloat16CodeDot.IsSupported)
        {
            Assert.Inconclusive("This processor lacks the instructions.");
        }

        var function = isInt8 ? ShippedFunction.Int8Dot : ShippedFunction.BFloat16Dot;

        float[] expected = Run(function, [.. EmittedCode.Of(function, CallConvention.SystemV, vectors)], 16 * vectors);
        float[] found = Run(function, [.. Entry, .. EmittedCode.Of(function, CallConvention.Windows, vectors)], 16 * vectors);

        Assert.IsTrue(expected.Distinct().Count() > 100 && Array.TrueForAll(expected, float.IsFinite), "results that say nothing");
        CollectionAssert.AreEqual(expected, found);
    }

    private static float[] Run(ShippedFunction function, byte[] code, int lanes)
    {
        const int rows = 24, columns = 72;
        var numbers = function == ShippedFunction.Int8Dot ? DotNumbers.Bytes : DotNumbers.BFloat16;
        var (_, weight) = TestMatrices.BlockSparse(seed: 1, rows, columns, new BlockShape(8, 8), density: 0.6);
        using var placed = ExecutableCode.TryCreate(code)!;
        using var linear = new PackedDot(numbers, weight, TestMatrices.Uniform(2, rows));
        using var x = NativeBuffer.CopyOf(TestMatrices.Uniform(3, columns * lanes), columns * lanes);
        using var packed = new NativeBuffer(lanes * numbers.TokenBytes(columns));
        using var y = NativeBuffer.OfFloats(rows * lanes);
        byte* panel = (byte*)packed.Pointer;
        if (numbers.HasScales)
        {
            VnniCodeDot.Pack(x.Floats, columns, lanes, panel);
        }
        else
        {
            BFloat16CodeDot.Pack(x.Floats, columns, lanes, panel);
        }

        DotCall call = default;
        call.TokenScales = (float*)panel;
        call.X = numbers.HasScales ? panel + (lanes * sizeof(float)) : panel;
        call.Y = y.Floats;
        call.Strips = linear.StripAt(0);
        call.StripsEnd = linear.StripAt(linear.Strips);
        ((delegate* unmanaged<DotCall*, void>)placed.Address)(&call);
        return new ReadOnlySpan<float>(y.Floats, rows * lanes).ToArray();
    }
}
