using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>Float32 panels in bfloat16, rounded to nearest, ties to even; AVX-512, 16 tokens at a time.</summary>
internal static unsafe class BFloat16Packing
{
    private const int Width = 16;

    /// <summary>Pairs of features: the even one in the lower half of four bytes.</summary>
    /// <param name="x">[features, lanes].</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="lanes">Tokens: 16, 32 or 48.</param>
    /// <param name="packed">[pairs][lanes] of four bytes, written; the upper half of the last is zero where features are odd.</param>
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

    /// <summary>Features as they lie.</summary>
    /// <param name="x">[features, lanes].</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="lanes">Tokens: 16, 32 or 48.</param>
    /// <param name="tokens">Those that are real; the others become zero.</param>
    /// <param name="rows">[features][lanes] of two bytes, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(float* x, int features, int lanes, int tokens, ushort* rows)
    {
        var first = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        for (int lane = 0; lane < lanes; lane += Width)
        {
            var isReal = Vector512.LessThan(first, Vector512.Create(tokens - lane)).AsUInt32();
            for (int feature = 0; feature < features; feature++)
            {
                nint at = ((nint)feature * lanes) + lane;
                var upper = Vector512.ShiftRightLogical(Rounded(x + at), 16) & isReal;
                Avx512F.ConvertToVector256UInt16(upper).Store(rows + at);
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
