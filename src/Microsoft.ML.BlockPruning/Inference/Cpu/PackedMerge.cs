using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>x = reduction(norm(four neighbours in one)).</summary>
/// <param name="merge">The step.</param>
/// <param name="tokens">Tokens of an image before.</param>
/// <param name="weights">Of the network.</param>
/// <param name="panels">What is computed of it.</param>
/// <param name="formats">In what numbers layers are multiplied.</param>
/// <param name="kernel">Packs the reduction.</param>
internal sealed class PackedMerge(
    MergeSpec merge, int tokens, SparseWeights weights, StepPanels panels, LayerFormats formats, CpuKernel kernel)
    : PackedStep(merge.Norm, weights, panels)
{
    /// <summary>Of what is merged.</summary>
    public PanelLayout From { get; } = new(tokens);

    /// <summary>Of the result.</summary>
    public PanelLayout Layout { get; } = new(merge.Reduction.Tokens);

    /// <summary>Features of a token before.</summary>
    public int Features { get; } = merge.Norm.Features / MergeSpec.Neighbours;

    public PackedLinear Reduction { get; } = Pack(weights[merge.Reduction], formats, kernel);

    public override IEnumerable<(PackedLinear Linear, PanelLayout Layout)> Linears => [(Reduction, Layout)];

    public override void Dispose()
    {
        base.Dispose();
        Reduction.Dispose();
    }
}
