namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>A line of the list of kernels: one operation on one instruction set.</summary>
/// <remarks>It works on one panel; its caller spreads panels over threads.</remarks>
internal abstract class KernelRow(KernelTraits traits)
{
    public KernelTraits Traits { get; } = traits;

    /// <summary>What people type to force it; rows of several operations may share a name.</summary>
    public string Name => Traits.Name;

    public abstract KernelOperation Operation { get; }

    /// <summary>Whether this processor has the instructions.</summary>
    public abstract bool IsSupported { get; }

    public override string ToString() => Traits.Product is { } product ? $"{Operation} {product} {Name}" : $"{Operation} {Name}";
}

/// <summary>What is chosen apart: a processor may be best served by rows of different names.</summary>
internal enum KernelOperation
{
    /// <summary>y = epilogue(W x + b).</summary>
    Linear,

    /// <summary>LayerNorm.</summary>
    Norm,

    /// <summary>Attention of one head.</summary>
    Attention,
}
