using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>A function of <see cref="VectorMath{TIsa, TVector}"/> as a type, which a loop is compiled for.</summary>
internal interface IVectorFunction
{
    static abstract TVector Of<TIsa, TVector>(TVector x)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}

/// <summary>x Φ(x).</summary>
internal readonly struct ExactGelu : IVectorFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TIsa, TVector>(TVector x)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => VectorMath<TIsa, TVector>.Gelu(x);
}

/// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
internal readonly struct TanhGelu : IVectorFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TIsa, TVector>(TVector x)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => VectorMath<TIsa, TVector>.TanhGelu(x);
}

/// <summary>x σ(1.702 x).</summary>
internal readonly struct QuickGelu : IVectorFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TIsa, TVector>(TVector x)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => VectorMath<TIsa, TVector>.QuickGelu(x);
}
