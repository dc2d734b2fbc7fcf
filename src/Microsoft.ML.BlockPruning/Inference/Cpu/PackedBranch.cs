using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>x += second(middle(first(norm x))), without what the second layer does not read.</summary>
internal sealed class PackedBranch : PackedStep
{
    public PackedBranch(BranchSpec branch, SparseWeights weights, StepPanels panels, LayerFormats formats, CpuKernel kernel)
        : base(branch.Norm, weights, panels)
    {
        var live = LiveUnits.Of(branch, weights[branch.Second].Weight);
        Layout = new PanelLayout(branch.First.Tokens);
        Activation = branch.Middle switch
        {
            GeluSpec { Form: GeluForm.Exact } => Epilogue.Gelu,
            GeluSpec { Form: GeluForm.Tanh } => Epilogue.TanhGelu,
            GeluSpec { Form: GeluForm.Quick } => Epilogue.QuickGelu,
            MultiHeadSpec => Epilogue.None,
            var other => throw new NotSupportedException(
                $"'{branch.Layer}' has a middle that is not scored here, {other.GetType().Name}."),
        };
        Second = Pack(live.Second(weights[branch.Second]), formats, kernel);
        if (live.IsNothing)
        {
            return;
        }

        var first = live.First(weights[branch.First]);
        First = Pack(first, formats, kernel);
        Attention = branch.Middle is AttentionSpec attention ? live.ShapeOf(attention, Layout) : null;
        Windows = branch.Middle is WindowAttentionSpec windows
            ? new PackedWindows(windows, live, Layout, weights[windows.Bias], first.Bias)
            : null;
    }

    public PanelLayout Layout { get; }

    /// <summary>Null where the second layer reads nothing: then neither norm nor middle are computed.</summary>
    public PackedLinear? First { get; }

    /// <summary>What the first layer does with its result on the way out: where the middle is of single features, all of it.</summary>
    public Epilogue Activation { get; }

    /// <summary>Of all tokens; null where the middle is another.</summary>
    public AttentionShape? Attention { get; }

    /// <summary>Within windows; null where the middle is another.</summary>
    public PackedWindows? Windows { get; }

    public PackedLinear Second { get; }

    public override IEnumerable<(PackedLinear Linear, PanelLayout Layout)> Linears =>
        First is null ? [(Second, Layout)] : [(First, Layout), (Second, Layout)];

    public override void Dispose()
    {
        base.Dispose();
        First?.Dispose();
        Windows?.Dispose();
        Second.Dispose();
    }
}
