using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>One strip of a packed layer times one panel.</summary>
/// <param name="x">[inFeatures, lanes].</param>
/// <param name="lanes">Tokens of the panel.</param>
/// <param name="linear">The layer.</param>
/// <param name="strip">The strip.</param>
/// <param name="y">[8, lanes], written.</param>
internal readonly unsafe struct StripProduct(float* x, int lanes, PackedStrips linear, int strip, float* y) : ILaneAlgorithm
{
    private readonly float* _weights = linear.ValuesOf(strip);
    private readonly WeightRun* _runs = linear.RunsOf(strip);
    private readonly int _runCount = linear.RunCountOf(strip);
    private readonly float* _bias = linear.BiasOf(strip);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        if (TIsa.MicrokernelRows == 8)
        {
            LinearMicrokernel<TIsa, TVector>.MultiplyStrip8(x + lane, lanes, _weights, _runs, _runCount, _bias, y + lane);
        }
        else
        {
            LinearMicrokernel<TIsa, TVector>.MultiplyStrip4(x + lane, lanes, _weights, _runs, _runCount, _bias, y + lane);
            LinearMicrokernel<TIsa, TVector>.MultiplyStrip4(
                x + lane, lanes, _weights + 4, _runs, _runCount, _bias + 4, y + (4 * lanes) + lane);
        }
    }
}
