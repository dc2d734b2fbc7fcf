using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>All weights of a network in the kernels' form, read by any number of forward passes at once.</summary>
internal sealed unsafe class PackedNetwork : IDisposable
{
    private readonly NativeBuffer _startTokens;

    /// <summary>Packs a network for rows of the list of kernels.</summary>
    public PackedNetwork(SparseViT network, CpuKernel kernel)
    {
        var (spec, weights) = (network.Spec, network.Weights);
        Spec = spec;
        Layout = new PanelLayout(spec.Tokens);
        // The bias of the patches is part of the start tokens, so that prefix tokens do not get it.
        PatchEmbedding = Pack(weights.Dense(spec.Stem.Patch), new float[spec.Stem.Patch.OutFeatures], kernel.Linear);
        Steps = [.. StepPanels.Of(spec).Select((panels, step) => Pack(spec, step, network, panels, kernel))];
        StemNorm = PackedStep.PackOptional(spec.Stem.Norm, weights);
        Norm = PackedStep.PackOptional(spec.Norm, weights);
        HeadNorms = [.. spec.Heads.Select(head => PackedStep.PackOptional(head.Norm, weights))];
        Heads = [.. spec.Heads.Select(head => Pack(weights.Dense(head.Linear), weights.Dense(head.Linear).Bias, kernel.Linear))];
        var attentions = Steps.OfType<PackedBranch>().Where(branch => branch.Attention is not null)
            .Select(branch => (Shape: branch.Attention!.Value, Row: kernel.AttentionOf(branch.First!.Format))).ToList();
        PackedInputBytes = Steps.SelectMany(step => step.Linears).Select(layer => BytesOfInput(layer.Linear, layer.Layout, kernel))
            .Concat(attentions.Where(attention => attention.Row.PacksInput)
                .Select(attention => (long)attention.Shape.Layout.SizeOf(attention.Row.InputTokenBytes(attention.Shape))))
            .Max();
        AttentionScratch = attentions.Select(attention => attention.Row.ScratchOf(attention.Shape)).DefaultIfEmpty(1).Max();
        _startTokens = StartTokensOf(network, Layout);
    }

    public NetworkSpec Spec { get; }

    /// <summary>Of the tokens that the stem gives.</summary>
    public PanelLayout Layout { get; }

    public PackedLinear PatchEmbedding { get; }

    public PackedStep[] Steps { get; }

    /// <summary>Before the first step; null where there is none, as in the other norms.</summary>
    public PackedNorm? StemNorm { get; }

    /// <summary>Of all tokens after the last step.</summary>
    public PackedNorm? Norm { get; }

    /// <summary>Of what a head has pooled, in the specification's order.</summary>
    public PackedNorm?[] HeadNorms { get; }

    /// <summary>In the specification's order.</summary>
    public PackedLinear[] Heads { get; }

    /// <summary>Bytes of one image's packed input, the largest; zero where every layer reads float32 panels.</summary>
    public long PackedInputBytes { get; }

    /// <summary>Floats of scratch that a worker needs for the attention of whole images.</summary>
    public long AttentionScratch { get; }

    /// <summary>Panels of [features, lanes]: what every image's tokens are before its patches are added.</summary>
    public float* StartTokens => _startTokens.Floats;

    public void Dispose()
    {
        PatchEmbedding.Dispose();
        Array.ForEach(Steps, step => step.Dispose());
        StemNorm?.Dispose();
        Norm?.Dispose();
        Array.ForEach(HeadNorms, norm => norm?.Dispose());
        Array.ForEach(Heads, head => head.Dispose());
        _startTokens.Dispose();
    }

    private static PackedLinear Pack(LinearWeights layer, float[] bias, LinearKernel kernel) =>
        kernel.Pack(SparseLinear.FromDense(layer, mask: null).Weight, bias);

    private static long BytesOfInput(PackedLinear linear, PanelLayout layout, CpuKernel kernel)
    {
        var row = kernel.ProductOf(linear.Format);
        return row.PacksInput ? layout.SizeOf(row.InputTokenBytes(linear.InFeatures)) : 0;
    }

    private static PackedStep Pack(NetworkSpec spec, int step, SparseViT network, StepPanels panels, CpuKernel kernel) =>
        spec.Steps[step] is BranchSpec branch
            ? new PackedBranch(branch, network.Weights, panels, network.Formats, kernel)
            : new PackedMerge((MergeSpec)spec.Steps[step], spec.TokensBefore(step), network.Weights, panels, network.Formats, kernel);

    private static NativeBuffer StartTokensOf(SparseViT network, PanelLayout layout)
    {
        int features = network.Spec.Stem.Patch.OutFeatures;
        nint size = layout.SizeOf(PanelLayout.PadFeatures(features));
        var buffer = NativeBuffer.OfFloats(size);
        layout.Pack(Inference.StartTokens.Of(network), features, new Span<float>(buffer.Floats, (int)size));
        return buffer;
    }
}
