using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>A row of the list that computes attention.</summary>
internal abstract unsafe class AttentionKernel(KernelTraits traits) : KernelRow(traits)
{
    public sealed override KernelOperation Operation => KernelOperation.Attention;

    /// <summary>Attention of one head for the queries of one panel.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="qkv">One image: panels of [shape.QkvFeatures, lanes].</param>
    /// <param name="head">The head.</param>
    /// <param name="panel">The panel of the queries.</param>
    /// <param name="bias">[tokens, lanes of the panel]: what q kᵀ is added to before it is divided by √headDim; null for none.</param>
    /// <param name="scratch">[shape.ScratchFloats], of this thread alone.</param>
    /// <param name="context">One image: panels of [shape.ContextFeatures, lanes], of which the head's in the panel are written.</param>
    public abstract void Attend(AttentionShape shape, float* qkv, int head, int panel, float* bias, float* scratch, float* context);
}

/// <summary>Attention on one instruction set.</summary>
internal sealed unsafe class AttentionKernelOf<TIsa, TVector>(string name)
    : AttentionKernel(KernelTraits.Of<TIsa, TVector>(name, TIsa.MicrokernelRows))
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override void Attend(AttentionShape shape, float* qkv, int head, int panel, float* bias, float* scratch, float* context) =>
        LaneLoop<TIsa, TVector>.Run(
            new QueryAttention(shape, qkv, head, panel, bias, scratch, context), shape.Layout.LanesOf(panel));
}
