using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Floats of one image in the buffers of a forward pass: the most that a step needs there, if all its units live.</summary>
/// <param name="Stream">The residual stream.</param>
/// <param name="Narrow">What a norm, a merge's gathering and attention give.</param>
/// <param name="Wide">The patches, then what the first layers of branches give.</param>
/// <param name="Scratch">A worker's own scores of an attention.</param>
internal readonly record struct ActivationSizes(long Stream, long Narrow, long Wide, long Scratch)
{
    /// <summary>Bytes of the activations of one image.</summary>
    public long BytesPerImage => BlockCodecs.Float32.BytesOf(Stream + Narrow + Wide);

    public static ActivationSizes Of(NetworkSpec spec)
    {
        long stream = Size(spec.Tokens, spec.Stem.Patch.OutFeatures), wide = Size(spec.Tokens, spec.PatchDim);
        long narrow = Size(spec.FinalTokens, spec.FinalFeatures), scratch = 1;
        foreach (var step in spec.Steps)
        {
            narrow = Math.Max(narrow, Size(step.Linears[0].Tokens, step.Norm.Features));
            switch (step)
            {
                case BranchSpec branch:
                    wide = Math.Max(wide, Size(branch.First.Tokens, branch.First.OutFeatures));
                    narrow = Math.Max(
                        narrow, branch.Middle is MultiHeadSpec ? Size(branch.First.Tokens, branch.Second.InFeatures) : 0);
                    scratch = Math.Max(scratch, ScratchOf(branch));
                    break;
                case MergeSpec merge:
                    stream = Math.Max(stream, Size(merge.Reduction.Tokens, merge.Reduction.OutFeatures));
                    break;
            }
        }

        return new ActivationSizes(stream, narrow, wide, scratch);
    }

    private static long ScratchOf(BranchSpec branch) => branch.Middle switch
    {
        WindowAttentionSpec windows => WindowWork.ScratchOf(PackedWindows.ShapeOf(windows)),
        AttentionSpec attention => new AttentionShape(
            new PanelLayout(branch.First.Tokens), attention.Heads, attention.HeadDim).ScratchFloats,
        _ => 1,
    };

    private static long Size(int tokens, int features) => new PanelLayout(tokens).SizeOf(PanelLayout.PadFeatures(features));
}
