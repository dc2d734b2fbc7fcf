using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>An <see cref="Epilogue"/> as code: a second pass over a tile that is still in the first-level cache.</summary>
internal unsafe interface IEpilogue
{
    /// <summary>Whether the micro-kernel stores straight to y, because nothing is left to do.</summary>
    static abstract bool IsIdentity { get; }

    /// <summary>y = epilogue(tile).</summary>
    /// <param name="tile">[length] W x + b.</param>
    /// <param name="residual">[length], read by <see cref="Epilogue.AddResidual"/> only; may be y.</param>
    /// <param name="length">Floats; a multiple of 16.</param>
    /// <param name="y">[length], written.</param>
    static abstract void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}

/// <summary><see cref="Epilogue.None"/>.</summary>
internal readonly unsafe struct IdentityEpilogue : IEpilogue
{
    public static bool IsIdentity => true;

    public static void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => Debug.Fail("the tile is y already");
}

/// <summary>y = f(W x + b), where f takes each value alone.</summary>
internal readonly unsafe struct FunctionEpilogue<TFunction> : IEpilogue
    where TFunction : struct, IVectorFunction
{
    public static bool IsIdentity => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        for (int i = 0; i < length; i += TIsa.Width)
        {
            TIsa.Store(TFunction.Of<TIsa, TVector>(TIsa.Load(tile + i)), y + i);
        }
    }
}

/// <summary><see cref="Epilogue.AddResidual"/>.</summary>
internal readonly unsafe struct ResidualEpilogue : IEpilogue
{
    public static bool IsIdentity => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        for (int i = 0; i < length; i += TIsa.Width)
        {
            TIsa.Store(TIsa.Add(TIsa.Load(residual + i), TIsa.Load(tile + i)), y + i);
        }
    }
}
