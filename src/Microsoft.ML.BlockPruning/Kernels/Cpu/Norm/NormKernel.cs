using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

/// <summary>A row of the list that computes LayerNorm.</summary>
internal abstract unsafe class NormKernel(KernelTraits traits) : KernelRow(traits)
{
    public sealed override KernelOperation Operation => KernelOperation.Norm;

    /// <summary>y = LayerNorm(x) for one panel.</summary>
    /// <param name="norm">The parameters.</param>
    /// <param name="x">[norm.Features, lanes].</param>
    /// <param name="lanes">Tokens of the panel.</param>
    /// <param name="y">[norm.Features, lanes], written; may be x.</param>
    public abstract void Normalize(PackedNorm norm, float* x, int lanes, float* y);
}

/// <summary>LayerNorm on one instruction set.</summary>
internal sealed unsafe class NormKernelOf<TIsa, TVector>(string name) : NormKernel(KernelTraits.Of<TIsa, TVector>(name, outputs: 1))
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override void Normalize(PackedNorm norm, float* x, int lanes, float* y) =>
        LaneLoop<TIsa, TVector>.Run(new LayerNormalization(x, norm.Features, lanes, norm, y), lanes);
}
