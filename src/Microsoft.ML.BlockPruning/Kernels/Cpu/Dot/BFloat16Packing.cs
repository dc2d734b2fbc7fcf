using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>A float32 panel as pairs of bfloat16, <c>[pair of features][lanes]</c>; AVX-512, 16 tokens at a time.</summary>
internal static unsafe class BFloat16Packing
{
    private const int Width = 16;

    /// <inheritdoc cref="IDotProduct.Pack"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* x, int features, int lanes, byte* packed)
    {
        uint* pairs = (uint*)packed;
        for (int feature = 0; feature < features; feature += 2, x += 2 * lanes)
        {
            for (int lane = 0; lane < lanes; lane += Width, pairs += Width)
            {
                var low = Vector512.ShiftRightLogical(Rounded(x + lane), 16);

                // Behind the last feature a buffer may hold NaN, which zero weights do not take away.
                var high = feature + 1 < features ? Rounded(x + lanes + lane) & Vector512.Create(0xFFFF_0000u) : Vector512<uint>.Zero;
                (low | high).Store(pairs);
            }
        }
    }

    // To nearest, ties to even, in the upper half; NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Rounded(float* source)
    {
        var x = Vector512.Load(source);
        var bits = x.AsUInt32();
        var rounded = bits + (Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One) + Vector512.Create(0x7FFFu);
        return Vector512.ConditionalSelect(Vector512.Equals(x, x).AsUInt32(), rounded, bits | Vector512.Create(0x0040_0000u));
    }
}
