using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>AVX2: the integers in 16 bits, since vpmaddubsw, which takes bytes, saturates; the sums are the same.</summary>
internal readonly unsafe struct Avx2Int8Isa : IInt8Isa<Vector256<int>>
{
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static DotNumbers Numbers => DotNumbers.Words;

    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* lanes) => Vector256.Load((int*)lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> x, Vector256<int> w) =>
        Avx2.Add(sum, Avx2.MultiplyAddAdjacent(x.AsInt16(), w.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> sum, float rowScale, float* tokenScales, float bias, float* y) =>
        Fma.MultiplyAdd(
            Avx.ConvertToVector256Single(sum) * Vector256.Create(rowScale), Vector256.Load(tokenScales), Vector256.Create(bias)).Store(y);

    // As integers magnitudes are ordered as the numbers are, and NaN is the largest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaxMagnitude(Vector256<int> largest, float* x) =>
        Avx2.Max(largest, Vector256.Load((int*)x) & Vector256.Create(TokenScale.MagnitudeBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Larger(Vector256<int> a, Vector256<int> b) => Avx2.Max(a, b);

    public static Vector256<int> Scale(Vector256<int> largest, float* scale)
    {
        var magnitude = largest.AsSingle();
        var isNumber = Avx2.CompareGreaterThan(Vector256.Create(TokenScale.InfinityBits), largest).AsSingle();
        var counts = isNumber & Avx.CompareGreaterThanOrEqual(magnitude, Vector256.Create(TokenScale.Least));
        var found = Avx.Divide(magnitude, Vector256.Create((float)DotNumbers.LargestInt8)) & counts;
        Vector256.ConditionalSelect(isNumber, found, Vector256.Create(float.NaN)).Store(scale);
        return (Avx.Divide(Vector256<float>.One, found) & counts).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Quantize(float* x, nint stride, Vector256<int> inverse, byte* lanes)
    {
        var low = Rounded(x, inverse) & Vector256.Create(0xFFFF);
        (low | Avx2.ShiftLeftLogical(Rounded(x + stride, inverse), 16)).Store((int*)lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Rounded(float* x, Vector256<int> inverse) =>
        Avx.ConvertToVector256Int32(Vector256.Load(x) * inverse.AsSingle());
}
