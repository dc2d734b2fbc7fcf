using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>Softmax down the keys of one vector of queries.</summary>
internal static unsafe class ScoreSoftmax<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>scores = e^((score − max) / √headDim).</summary>
    /// <param name="scores">[tokens, TIsa.Width], in place.</param>
    /// <param name="tokens">Keys.</param>
    /// <param name="headDim">Features of a head in q.</param>
    /// <returns>One over the sum, which the context is multiplied with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TVector Run(float* scores, int tokens, int headDim)
    {
        float* end = scores + (tokens * TIsa.Width);
        var max = TIsa.Load(scores);
        for (float* p = scores; p != end; p += TIsa.Width)
        {
            max = TIsa.Max(max, TIsa.Load(p));
        }

        var scale = TIsa.Broadcast(1f / MathF.Sqrt(headDim));
        var sum = TIsa.Broadcast(0f);
        for (float* p = scores; p != end; p += TIsa.Width)
        {
            var e = VectorMath<TIsa, TVector>.Exp(TIsa.Multiply(TIsa.Subtract(TIsa.Load(p), max), scale));
            TIsa.Store(e, p);
            sum = TIsa.Add(sum, e);
        }

        return TIsa.Divide(TIsa.Broadcast(1f), sum);
    }
}
