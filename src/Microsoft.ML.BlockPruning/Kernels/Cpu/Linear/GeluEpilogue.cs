using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary><see cref="Epilogue.Gelu"/>.</summary>
internal readonly unsafe struct GeluEpilogue : IEpilogue
{
    public static bool IsIdentity => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        for (int i = 0; i < length; i += TIsa.Width)
        {
            TIsa.Store(VectorMath<TIsa, TVector>.Gelu(TIsa.Load(tile + i)), y + i);
        }
    }
}
