using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>One product of attention: y[row, token] += Σ w[row, group] · x[group, token], a group being two bfloat16 numbers.</summary>
/// <remarks>Machine code reads it by these offsets. Pointers and counts come from our own shapes.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    /// <summary>[groups][lanes] of four bytes.</summary>
    public byte* X;

    /// <summary>Four bytes at row · <see cref="RowStride"/> + group · <see cref="GroupStride"/>; the code moves it on.</summary>
    public byte* W;

    /// <summary>[8 · strips, lanes] float32, added to; the code moves it on.</summary>
    public float* Y;

    /// <summary>Bytes from a row of w to the next.</summary>
    public long RowStride;

    /// <summary>Bytes from a group of w to the next.</summary>
    public long GroupStride;

    /// <summary>Groups; at least one.</summary>
    public long Groups;

    /// <summary>Strips of eight rows; at least one; the code counts them down.</summary>
    public long Strips;

    /// <summary>Where Windows' callee-saved xmm6 to xmm15 are kept.</summary>
    public fixed byte Saved[160];
}
