using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>x = reduction(norm(four neighbours in one)).</summary>
internal sealed class PackedMerge(MergeSpec merge, SparseWeights weights, StepPanels panels, LinearKernel kernel)
    : PackedStep(merge.Norm, weights, panels)
{
    /// <summary>Of the result.</summary>
    public PanelLayout Layout { get; } = new(merge.Reduction.Tokens);

    /// <summary>Features of a token before.</summary>
    public int Features { get; } = merge.Norm.Features / MergeSpec.Neighbours;

    public PackedLinear Reduction { get; } = Pack(merge.Reduction, weights, kernel);

    public override void Dispose()
    {
        base.Dispose();
        Reduction.Dispose();
    }
}
