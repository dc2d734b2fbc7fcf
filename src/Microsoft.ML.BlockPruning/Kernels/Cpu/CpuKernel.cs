using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>All that the network computes, for one instruction set. Works on one panel; who calls it spreads panels over threads.</summary>
/// <param name="name">What people type to force it.</param>
internal abstract unsafe class CpuKernel(string name)
{
    public string Name { get; } = name;

    /// <summary>Whether this processor has the instructions.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>y = epilogue(W x + b) for some strips of a layer and one panel.</summary>
    /// <param name="linear">W and b, packed.</param>
    /// <param name="strips">The strips of eight output features, first and one past the last.</param>
    /// <param name="x">[linear.InFeatures, lanes].</param>
    /// <param name="lanes">Tokens of the panel: 16, 32 or 48.</param>
    /// <param name="epilogue">What happens to W x + b.</param>
    /// <param name="residual">[linear.PaddedOutFeatures, lanes], for <see cref="Epilogue.AddResidual"/>; may be y.</param>
    /// <param name="y">[linear.PaddedOutFeatures, lanes], of which the strips' features are written; not x.</param>
    public abstract void Multiply(
        PackedLinear linear, (int First, int End) strips, float* x, int lanes, Epilogue epilogue, float* residual, float* y);

    /// <summary>y = LayerNorm(x) for one panel.</summary>
    /// <param name="norm">The parameters.</param>
    /// <param name="x">[norm.Features, lanes].</param>
    /// <param name="lanes">Tokens of the panel.</param>
    /// <param name="y">[norm.Features, lanes], written; may be x.</param>
    public abstract void Normalize(PackedNorm norm, float* x, int lanes, float* y);

    /// <summary>Attention of one head for the queries of one panel.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="qkv">One image: panels of [3 · embedDim, lanes].</param>
    /// <param name="head">The head.</param>
    /// <param name="panel">The panel of the queries.</param>
    /// <param name="scratch">[shape.ScratchFloats], of this thread alone.</param>
    /// <param name="context">One image: panels of [embedDim, lanes], of which the head's features in the panel are written.</param>
    public abstract void Attend(AttentionShape shape, float* qkv, int head, int panel, float* scratch, float* context);

    public override string ToString() => Name;
}
