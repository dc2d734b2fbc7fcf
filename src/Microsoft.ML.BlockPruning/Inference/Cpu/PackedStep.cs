using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
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

    /// <summary>The layers that are computed, with the tokens of an image that each reads.</summary>
    public abstract IEnumerable<(PackedLinear Linear, PanelLayout Layout)> Linears { get; }

    public virtual void Dispose() => Norm.Dispose();

    // By the layer as it is packed: what is not read of it is gone.
    protected static PackedLinear Pack(SparseLinear linear, LayerFormats formats, CpuKernel kernel) =>
        kernel.ProductOf(formats[linear.Name], linear.Weight.Columns).Pack(linear.Weight, linear.Bias);
}
