using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>Two vectors of an instruction set side by side, so that one pass over an algorithm keeps two in flight.</summary>
internal readonly unsafe struct Wide2Isa<TIsa, TVector> : IVectorIsa<Vectors2<TVector>>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static bool IsSupported => TIsa.IsSupported;

    public static int Width => 2 * TIsa.Width;

    public static int MicrokernelRows => TIsa.MicrokernelRows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Load(float* source) =>
        new(TIsa.Load(source), TIsa.Load(source + TIsa.Width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vectors2<TVector> value, float* destination)
    {
        TIsa.Store(value.A, destination);
        TIsa.Store(value.B, destination + TIsa.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Broadcast(float value)
    {
        var vector = TIsa.Broadcast(value);
        return new(vector, vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address) => TIsa.Prefetch(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> FusedMultiplyAdd(Vectors2<TVector> a, Vectors2<TVector> b, Vectors2<TVector> c) =>
        new(TIsa.FusedMultiplyAdd(a.A, b.A, c.A), TIsa.FusedMultiplyAdd(a.B, b.B, c.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Add(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Add(a.A, b.A), TIsa.Add(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Subtract(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Subtract(a.A, b.A), TIsa.Subtract(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Multiply(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Multiply(a.A, b.A), TIsa.Multiply(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Divide(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Divide(a.A, b.A), TIsa.Divide(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> SquareRoot(Vectors2<TVector> value) =>
        new(TIsa.SquareRoot(value.A), TIsa.SquareRoot(value.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Max(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Max(a.A, b.A), TIsa.Max(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> Min(Vectors2<TVector> a, Vectors2<TVector> b) =>
        new(TIsa.Min(a.A, b.A), TIsa.Min(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors2<TVector> ExponentFromLowBits(Vectors2<TVector> value) =>
        new(TIsa.ExponentFromLowBits(value.A), TIsa.ExponentFromLowBits(value.B));
}

/// <summary>Two neighbouring vectors of tokens.</summary>
internal readonly struct Vectors2<TVector>(TVector a, TVector b)
    where TVector : struct
{
    public readonly TVector A = a;

    public readonly TVector B = b;
}
