using System.Diagnostics;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary><see cref="Epilogue.None"/>.</summary>
internal readonly unsafe struct IdentityEpilogue : IEpilogue
{
    public static bool IsIdentity => true;

    public static void Apply<TIsa, TVector>(float* tile, float* residual, int length, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => Debug.Fail("the tile is y already");
}
