using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>One call of a product: some strips times one panel.</summary>
/// <remarks>Machine code reads it by these offsets.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DotCall
{
    /// <summary>Where Windows' callee-saved xmm6 to xmm15 are kept, so that machine code needs no stack frame and no unwind data.</summary>
    public const int SavedBytes = 160;

    /// <summary>[group][lanes] of four bytes.</summary>
    public byte* X;

    /// <summary>[8 · strips, lanes] float32, written; the code moves it on.</summary>
    public float* Y;

    /// <summary>The first strip.</summary>
    public DotStrip* Strips;

    /// <summary>One past the last strip; there is at least one.</summary>
    public DotStrip* StripsEnd;

    /// <summary>[lanes] float32: the scale of each token; read where numbers have one.</summary>
    public float* TokenScales;

    /// <summary>See <see cref="SavedBytes"/>.</summary>
    public fixed byte Saved[SavedBytes];
}

/// <summary>A strip of eight output features, as a product reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DotStrip
{
    /// <summary>[run][group][8] lanes of four bytes.</summary>
    public byte* Weights;

    /// <summary>The first run.</summary>
    public GroupRun* Runs;

    /// <summary>One past the last run.</summary>
    public GroupRun* RunsEnd;

    /// <summary>
    /// [8] what the sums start from: the bias in float32, or minus 128 times the sum of the row in int32. Where numbers have scales, then
    /// [8] scales of the rows and [8] biases, float32.
    /// </summary>
    public int* Constants;
}

/// <summary>Neighbouring groups of input features that a strip keeps. A group is what four bytes of a token hold.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="Count">How many; at least one.</param>
internal readonly record struct GroupRun(int Start, int Count);
