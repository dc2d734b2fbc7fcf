using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>AVX-512BW: bytes, 16 tokens a vector.</summary>
internal readonly unsafe struct Avx512Quantizer : IInt8Quantizer<Vector512<int>>
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public static DotNumbers Numbers => DotNumbers.Bytes;

    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    // As integers magnitudes are ordered as the numbers are, and NaN is the largest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaxMagnitude(Vector512<int> largest, float* x) =>
        Avx512F.Max(largest, Vector512.Load((int*)x) & Vector512.Create(TokenScale.MagnitudeBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Larger(Vector512<int> a, Vector512<int> b) => Avx512F.Max(a, b);

    public static Vector512<int> Scale(Vector512<int> largest, float* scale)
    {
        var magnitude = largest.AsSingle();
        var isNumber = Vector512.LessThan(largest, Vector512.Create(TokenScale.InfinityBits)).AsSingle();
        var counts = isNumber & Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(TokenScale.Least));
        var found = Avx512F.Divide(magnitude, Vector512.Create((float)DotNumbers.LargestInt8)) & counts;
        Vector512.ConditionalSelect(isNumber, found, Vector512.Create(float.NaN)).Store(scale);
        return (Avx512F.Divide(Vector512<float>.One, found) & counts).AsInt32();
    }

    // Packing 32 to 16 to 8 bits leaves, in each quarter, four bytes of feature 0, of 1, 2 and 3: one shuffle makes them tokens.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Quantize(float* x, nint stride, Vector512<int> inverse, byte* lanes)
    {
        var low = Avx512BW.PackSignedSaturate(Rounded(x, inverse), Rounded(x + stride, inverse));
        var high = Avx512BW.PackSignedSaturate(Rounded(x + (2 * stride), inverse), Rounded(x + (3 * stride), inverse));
        var quarter = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var half = Vector256.Create(quarter, quarter);
        var bytes = Avx512BW.Shuffle(Avx512BW.PackSignedSaturate(low, high).AsByte(), Vector512.Create(half, half));
        (bytes ^ Vector512.Create((byte)0x80)).Store(lanes); // + 128
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Rounded(float* x, Vector512<int> inverse) =>
        Avx512F.ConvertToVector512Int32(Vector512.Load(x) * inverse.AsSingle());
}
