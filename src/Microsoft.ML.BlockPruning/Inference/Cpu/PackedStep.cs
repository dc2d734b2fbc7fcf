using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>One step of a network in the kernels' form.</summary>
internal abstract class PackedStep(NormSpec norm, SparseWeights weights, StepPanels panels) : IDisposable
{
    public PackedNorm Norm { get; } = Pack(norm, weights);

    public StepPanels Panels { get; } = panels;

    public static PackedNorm Pack(NormSpec norm, SparseWeights weights) => new(weights[norm].Scale, weights[norm].Offset, norm.Eps);

    public static PackedNorm? PackOptional(NormSpec? norm, SparseWeights weights) => norm is null ? null : Pack(norm, weights);

    public virtual void Dispose() => Norm.Dispose();

    protected static PackedLinear Pack(SparseLinear linear, LinearKernel kernel) => kernel.Pack(linear.Weight, linear.Bias);
}
