using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

/// <summary>y = (x − mean) / √(variance + eps) · scale + offset over the features of each token (Ba et al., arXiv:1607.06450).</summary>
/// <param name="x">[features, lanes].</param>
/// <param name="features">Features of a token.</param>
/// <param name="lanes">Tokens of the panel.</param>
/// <param name="norm">Scale, offset and eps.</param>
/// <param name="y">[features, lanes], written; may be x.</param>
/// <remarks>Mean first, then the variance around it: the one-pass form loses all digits where the mean is large.</remarks>
internal readonly unsafe struct LayerNormalization(float* x, int features, int lanes, PackedNorm norm, float* y) : ILaneAlgorithm
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        nint stride = lanes;
        float* source = x + lane;
        float* end = source + (features * stride);
        var count = TIsa.Broadcast(features);

        var sum = TIsa.Broadcast(0f);
        for (float* p = source; p != end; p += stride)
        {
            sum = TIsa.Add(sum, TIsa.Load(p));
        }

        var mean = TIsa.Divide(sum, count);
        var squares = TIsa.Broadcast(0f);
        for (float* p = source; p != end; p += stride)
        {
            var difference = TIsa.Subtract(TIsa.Load(p), mean);
            squares = TIsa.FusedMultiplyAdd(difference, difference, squares);
        }

        var variance = TIsa.Add(TIsa.Divide(squares, count), TIsa.Broadcast(norm.Eps));
        var inverse = TIsa.Divide(TIsa.Broadcast(1f), TIsa.SquareRoot(variance));
        float* scale = norm.Scale;
        float* offset = norm.Offset;
        float* target = y + lane;
        for (float* p = source; p != end; p += stride, target += stride)
        {
            var unit = TIsa.Multiply(TIsa.Subtract(TIsa.Load(p), mean), inverse);
            TIsa.Store(TIsa.FusedMultiplyAdd(unit, TIsa.Broadcast(*scale++), TIsa.Broadcast(*offset++)), target);
        }
    }
}
