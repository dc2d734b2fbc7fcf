using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>y[row, token] += Σ w[row, column] · x[column, token]: the two products of attention, where w is a panel, not packed.</summary>
/// <remarks>Each w[row, column] is broadcast from <c>w[row · rowStride + column · columnStride]</c>, so nothing is transposed.</remarks>
internal static unsafe class TileMicrokernel<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>Eight rows of w, <paramref name="rowStride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRows8(
        float* x, nint xStride, float* w, nint rowStride, nint columnStride, int columns, float* y, nint yStride)
    {
        float* w0 = w;
        float* w1 = w + rowStride;
        float* w2 = w + (2 * rowStride);
        float* w3 = w + (3 * rowStride);
        float* w4 = w + (4 * rowStride);
        float* w5 = w + (5 * rowStride);
        float* w6 = w + (6 * rowStride);
        float* w7 = w + (7 * rowStride);

        var y0 = TIsa.Load(y);
        var y1 = TIsa.Load(y + yStride);
        var y2 = TIsa.Load(y + (2 * yStride));
        var y3 = TIsa.Load(y + (3 * yStride));
        var y4 = TIsa.Load(y + (4 * yStride));
        var y5 = TIsa.Load(y + (5 * yStride));
        var y6 = TIsa.Load(y + (6 * yStride));
        var y7 = TIsa.Load(y + (7 * yStride));
        nint end = columns * columnStride;
        for (nint column = 0; column != end; column += columnStride)
        {
            var v = TIsa.Load(x);
            y0 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w0[column]), v, y0);
            y1 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w1[column]), v, y1);
            y2 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w2[column]), v, y2);
            y3 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w3[column]), v, y3);
            y4 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w4[column]), v, y4);
            y5 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w5[column]), v, y5);
            y6 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w6[column]), v, y6);
            y7 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w7[column]), v, y7);
            x += xStride;
        }

        TIsa.Store(y0, y);
        TIsa.Store(y1, y + yStride);
        TIsa.Store(y2, y + (2 * yStride));
        TIsa.Store(y3, y + (3 * yStride));
        TIsa.Store(y4, y + (4 * yStride));
        TIsa.Store(y5, y + (5 * yStride));
        TIsa.Store(y6, y + (6 * yStride));
        TIsa.Store(y7, y + (7 * yStride));
    }

    /// <summary>Four rows of w, <paramref name="rowStride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRows4(
        float* x, nint xStride, float* w, nint rowStride, nint columnStride, int columns, float* y, nint yStride)
    {
        float* w0 = w;
        float* w1 = w + rowStride;
        float* w2 = w + (2 * rowStride);
        float* w3 = w + (3 * rowStride);

        var y0 = TIsa.Load(y);
        var y1 = TIsa.Load(y + yStride);
        var y2 = TIsa.Load(y + (2 * yStride));
        var y3 = TIsa.Load(y + (3 * yStride));
        nint end = columns * columnStride;
        for (nint column = 0; column != end; column += columnStride)
        {
            var v = TIsa.Load(x);
            y0 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w0[column]), v, y0);
            y1 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w1[column]), v, y1);
            y2 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w2[column]), v, y2);
            y3 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(w3[column]), v, y3);
            x += xStride;
        }

        TIsa.Store(y0, y);
        TIsa.Store(y1, y + yStride);
        TIsa.Store(y2, y + (2 * yStride));
        TIsa.Store(y3, y + (3 * yStride));
    }
}
