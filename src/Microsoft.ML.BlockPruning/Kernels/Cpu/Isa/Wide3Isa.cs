using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>Three vectors of an instruction set side by side, so that one pass over an algorithm keeps three in flight.</summary>
internal readonly unsafe struct Wide3Isa<TIsa, TVector> : IVectorIsa<Vectors3<TVector>>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static bool IsSupported => TIsa.IsSupported;

    public static int Width => 3 * TIsa.Width;

    public static int MicrokernelRows => TIsa.MicrokernelRows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Load(float* source) =>
        new(TIsa.Load(source), TIsa.Load(source + TIsa.Width), TIsa.Load(source + (2 * TIsa.Width)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vectors3<TVector> value, float* destination)
    {
        TIsa.Store(value.A, destination);
        TIsa.Store(value.B, destination + TIsa.Width);
        TIsa.Store(value.C, destination + (2 * TIsa.Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Broadcast(float value)
    {
        var vector = TIsa.Broadcast(value);
        return new(vector, vector, vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address) => TIsa.Prefetch(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> FusedMultiplyAdd(Vectors3<TVector> a, Vectors3<TVector> b, Vectors3<TVector> c) =>
        new(TIsa.FusedMultiplyAdd(a.A, b.A, c.A), TIsa.FusedMultiplyAdd(a.B, b.B, c.B), TIsa.FusedMultiplyAdd(a.C, b.C, c.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Add(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Add(a.A, b.A), TIsa.Add(a.B, b.B), TIsa.Add(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Subtract(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Subtract(a.A, b.A), TIsa.Subtract(a.B, b.B), TIsa.Subtract(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Multiply(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Multiply(a.A, b.A), TIsa.Multiply(a.B, b.B), TIsa.Multiply(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Divide(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Divide(a.A, b.A), TIsa.Divide(a.B, b.B), TIsa.Divide(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> SquareRoot(Vectors3<TVector> value) =>
        new(TIsa.SquareRoot(value.A), TIsa.SquareRoot(value.B), TIsa.SquareRoot(value.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Max(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Max(a.A, b.A), TIsa.Max(a.B, b.B), TIsa.Max(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> Min(Vectors3<TVector> a, Vectors3<TVector> b) =>
        new(TIsa.Min(a.A, b.A), TIsa.Min(a.B, b.B), TIsa.Min(a.C, b.C));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3<TVector> ExponentFromLowBits(Vectors3<TVector> value) =>
        new(TIsa.ExponentFromLowBits(value.A), TIsa.ExponentFromLowBits(value.B), TIsa.ExponentFromLowBits(value.C));
}

/// <summary>Three neighbouring vectors of tokens.</summary>
internal readonly struct Vectors3<TVector>(TVector a, TVector b, TVector c)
    where TVector : struct
{
    public readonly TVector A = a;

    public readonly TVector B = b;

    public readonly TVector C = c;
}
