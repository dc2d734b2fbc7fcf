using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

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
