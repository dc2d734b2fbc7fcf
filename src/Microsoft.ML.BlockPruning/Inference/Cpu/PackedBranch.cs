using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>x += second(middle(first(norm x))).</summary>
internal sealed class PackedBranch(BranchSpec branch, SparseWeights weights, StepPanels panels, LinearKernel kernel)
    : PackedStep(branch.Norm, weights, panels)
{
    public PanelLayout Layout { get; } = new(branch.First.Tokens);

    public PackedLinear First { get; } = Pack(branch.First, weights, kernel);

    /// <summary>What the first layer does with its result on the way out: where the middle is of single features, all of it.</summary>
    public Epilogue Activation { get; } = branch.Middle switch
    {
        GeluSpec { Form: GeluForm.Exact } => Epilogue.Gelu,
        GeluSpec { Form: GeluForm.Tanh } => Epilogue.TanhGelu,
        GeluSpec { Form: GeluForm.Quick } => Epilogue.QuickGelu,
        MultiHeadSpec => Epilogue.None,
        var other => throw new NotSupportedException($"'{branch.Layer}' has a middle that is not scored here, {other.GetType().Name}."),
    };

    /// <summary>Of all tokens; null where the middle is another.</summary>
    public AttentionShape? Attention { get; } = ActivationSizes.ShapeOf(branch);

    /// <summary>Within windows; null where the middle is another.</summary>
    public PackedWindows? Windows { get; } = branch.Middle is WindowAttentionSpec windows
        ? new(windows, branch.First.Tokens, weights[windows.Bias], weights[branch.First].Bias)
        : null;

    public PackedLinear Second { get; } = Pack(branch.Second, weights, kernel);

    public override void Dispose()
    {
        base.Dispose();
        First.Dispose();
        Windows?.Dispose();
        Second.Dispose();
    }
}
