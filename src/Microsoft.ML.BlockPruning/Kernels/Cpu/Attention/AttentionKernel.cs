using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>A row of the list that computes attention.</summary>
internal abstract unsafe class AttentionKernel(KernelTraits traits) : KernelRow(traits)
{
    public sealed override KernelOperation Operation => KernelOperation.Attention;

    /// <summary>Whether <see cref="Attend"/> reads what <see cref="PackInput"/> has laid down, and not float32 panels.</summary>
    public virtual bool PacksInput => false;

    /// <summary>Floats of scratch that one worker needs.</summary>
    public virtual long ScratchOf(AttentionShape shape) => shape.ScratchFloats;

    /// <summary>Bytes of a token's q, k and v as <see cref="Attend"/> reads them.</summary>
    public virtual int InputTokenBytes(AttentionShape shape) => shape.PaddedQkvFeatures * sizeof(float);

    /// <summary>Lays q, k and v of one head in one panel down as <see cref="Attend"/> reads them.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="qkv">One image: panels of [shape.QkvFeatures, lanes].</param>
    /// <param name="head">The head.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="packed">
    /// One image, [shape.Layout.PaddedTokens · <see cref="InputTokenBytes"/>], of which the head's are written.
    /// </param>
    public virtual void PackInput(AttentionShape shape, float* qkv, int head, int panel, byte* packed) =>
        throw new NotSupportedException("This row reads float32 panels.");

    /// <summary>Attention of one head for the queries of one panel.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="qkv">One image: panels of [shape.QkvFeatures, lanes] float32, or what <see cref="PackInput"/> made of them.</param>
    /// <param name="head">The head.</param>
    /// <param name="panel">The panel of the queries.</param>
    /// <param name="bias">[tokens, lanes of the panel]: what q kᵀ is added to before it is divided by √headDim; null for none.</param>
    /// <param name="scratch">[<see cref="ScratchOf"/>], of this thread alone.</param>
    /// <param name="context">One image: panels of [shape.ContextFeatures, lanes], of which the head's in the panel are written.</param>
    public abstract void Attend(AttentionShape shape, byte* qkv, int head, int panel, float* bias, float* scratch, float* context);
}

/// <summary>Attention on one instruction set.</summary>
internal sealed unsafe class AttentionKernelOf<TIsa, TVector>(string name)
    : AttentionKernel(KernelTraits.Of<TIsa, TVector>(name, TIsa.MicrokernelRows))
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override void Attend(AttentionShape shape, byte* qkv, int head, int panel, float* bias, float* scratch, float* context) =>
        LaneLoop<TIsa, TVector>.Run(
            new QueryAttention(shape, (float*)qkv, head, panel, bias, scratch, context), shape.Layout.LanesOf(panel));
}
