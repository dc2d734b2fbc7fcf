using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>y[feature, token] = Σₖ W[feature, k] · x[k, token] + b[feature] for one strip of a layer and one vector of tokens.</summary>
/// <remarks>
/// The sums of all rows stay in registers while k runs in ascending order: a vector of x is loaded once and used for every row, a weight
/// is broadcast once for every token. On AVX-512 three vectors by eight rows take 28 of 32 registers, on AVX2 three by four take 16 of 16.
/// The rows are spelt out because the JIT keeps only named locals in registers.
/// </remarks>
internal static unsafe class LinearMicrokernel<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    // 4 KB: a layer's weights are read once, front to back, and come from memory. Hardware fetches too little ahead; it is latency that
    // this hides, two threads read far less than memory gives. Weights in cache are read as fast as without.
    private const int Ahead = 1024;

    /// <summary>Eight output features: weights <c>[run][k][8]</c>, of which the first 8 of each k are read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyStrip8(
        float* x, nint lanes, float* weights, WeightRun* runs, int runCount, float* bias, float* y)
    {
        var y0 = TIsa.Broadcast(bias[0]);
        var y1 = TIsa.Broadcast(bias[1]);
        var y2 = TIsa.Broadcast(bias[2]);
        var y3 = TIsa.Broadcast(bias[3]);
        var y4 = TIsa.Broadcast(bias[4]);
        var y5 = TIsa.Broadcast(bias[5]);
        var y6 = TIsa.Broadcast(bias[6]);
        var y7 = TIsa.Broadcast(bias[7]);
        for (var end = runs + runCount; runs != end; runs++)
        {
            float* features = x + (runs->Start * lanes);
            float* last = weights + ((nint)runs->Count * PanelLayout.StripFeatures);
            do
            {
                TIsa.Prefetch(weights + Ahead);
                var v = TIsa.Load(features);
                y0 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[0]), v, y0);
                y1 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[1]), v, y1);
                y2 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[2]), v, y2);
                y3 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[3]), v, y3);
                y4 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[4]), v, y4);
                y5 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[5]), v, y5);
                y6 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[6]), v, y6);
                y7 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[7]), v, y7);
                features += lanes;
                weights += PanelLayout.StripFeatures;
            }
            while (weights != last);
        }

        TIsa.Store(y0, y);
        TIsa.Store(y1, y + lanes);
        TIsa.Store(y2, y + (2 * lanes));
        TIsa.Store(y3, y + (3 * lanes));
        TIsa.Store(y4, y + (4 * lanes));
        TIsa.Store(y5, y + (5 * lanes));
        TIsa.Store(y6, y + (6 * lanes));
        TIsa.Store(y7, y + (7 * lanes));
    }

    /// <summary>Four output features: weights <c>[run][k][8]</c>, of which the first 4 of each k are read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyStrip4(
        float* x, nint lanes, float* weights, WeightRun* runs, int runCount, float* bias, float* y)
    {
        var y0 = TIsa.Broadcast(bias[0]);
        var y1 = TIsa.Broadcast(bias[1]);
        var y2 = TIsa.Broadcast(bias[2]);
        var y3 = TIsa.Broadcast(bias[3]);
        for (var end = runs + runCount; runs != end; runs++)
        {
            float* features = x + (runs->Start * lanes);
            float* last = weights + ((nint)runs->Count * PanelLayout.StripFeatures);
            do
            {
                TIsa.Prefetch(weights + Ahead);
                var v = TIsa.Load(features);
                y0 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[0]), v, y0);
                y1 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[1]), v, y1);
                y2 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[2]), v, y2);
                y3 = TIsa.FusedMultiplyAdd(TIsa.Broadcast(weights[3]), v, y3);
                features += lanes;
                weights += PanelLayout.StripFeatures;
            }
            while (weights != last);
        }

        TIsa.Store(y0, y);
        TIsa.Store(y1, y + lanes);
        TIsa.Store(y2, y + (2 * lanes));
        TIsa.Store(y3, y + (3 * lanes));
    }
}
