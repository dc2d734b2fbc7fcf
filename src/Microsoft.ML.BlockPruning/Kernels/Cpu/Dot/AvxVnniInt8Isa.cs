using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

#pragma warning disable CA2252 // .NET 10 calls the class a preview feature; the instruction is what it is.

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>AVX-VNNI: 256-bit vpdpbusd, 16 registers.</summary>
internal readonly unsafe struct AvxVnniInt8Isa : IInt8Isa<Vector256<int>>
{
    public static bool IsSupported => AvxVnni.IsSupported && Avx2Int8Isa.IsSupported;

    public static DotNumbers Numbers => DotNumbers.Bytes;

    public static int Width => Avx2Int8Isa.Width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Avx2Int8Isa.Broadcast(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* lanes) => Avx2Int8Isa.Load(lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> x, Vector256<int> w) =>
        AvxVnni.MultiplyWideningAndAdd(sum, x.AsByte(), w.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> sum, float rowScale, float* tokenScales, float bias, float* y) =>
        Avx2Int8Isa.Store(sum, rowScale, tokenScales, bias, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaxMagnitude(Vector256<int> largest, float* x) => Avx2Int8Isa.MaxMagnitude(largest, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Larger(Vector256<int> a, Vector256<int> b) => Avx2Int8Isa.Larger(a, b);

    public static Vector256<int> Scale(Vector256<int> largest, float* scale) => Avx2Int8Isa.Scale(largest, scale);

    // Packing 32 to 16 to 8 bits leaves, in each half, four bytes of feature 0, of 1, 2 and 3: one shuffle makes them tokens.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Quantize(float* x, nint stride, Vector256<int> inverse, byte* lanes)
    {
        var low = Avx2.PackSignedSaturate(Rounded(x, inverse), Rounded(x + stride, inverse));
        var high = Avx2.PackSignedSaturate(Rounded(x + (2 * stride), inverse), Rounded(x + (3 * stride), inverse));
        var half = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var bytes = Avx2.Shuffle(Avx2.PackSignedSaturate(low, high).AsByte(), Vector256.Create(half, half));
        (bytes ^ Vector256.Create((byte)0x80)).Store(lanes); // + 128
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Rounded(float* x, Vector256<int> inverse) =>
        Avx.ConvertToVector256Int32(Vector256.Load(x) * inverse.AsSingle());
}
