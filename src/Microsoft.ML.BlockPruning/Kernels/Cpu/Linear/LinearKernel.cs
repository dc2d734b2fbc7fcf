using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>A row of the list that multiplies with a weight. How the weight is packed is the row's own affair.</summary>
internal abstract unsafe class LinearKernel(KernelTraits traits) : KernelRow(traits)
{
    public sealed override KernelOperation Operation => KernelOperation.Linear;

    /// <summary>In what numbers it multiplies.</summary>
    public ProductFormat Format => Traits.Product!.Value;

    /// <summary>Input features that a layer has at most.</summary>
    public virtual int MostInFeatures => int.MaxValue;

    /// <summary>Whether <see cref="Multiply"/> reads what <see cref="PackInput"/> has laid down, and not float32 panels.</summary>
    public virtual bool PacksInput => false;

    /// <summary>Bytes of a token of x as <see cref="Multiply"/> reads it; a panel has as many times that as it has lanes.</summary>
    /// <param name="features">Features of a token.</param>
    public virtual int InputTokenBytes(int features) => PanelLayout.PadFeatures(features) * sizeof(float);

    /// <summary>Lays a float32 panel down as <see cref="Multiply"/> reads it.</summary>
    /// <param name="x">[features, lanes].</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="lanes">Tokens of the panel: 16, 32 or 48.</param>
    /// <param name="packed">[lanes · <see cref="InputTokenBytes"/>], written.</param>
    public virtual void PackInput(float* x, int features, int lanes, byte* packed) =>
        throw new NotSupportedException("This row reads float32 panels.");

    /// <summary>Packs a layer for <see cref="Multiply"/> of this row, and of no other; the arguments are copied.</summary>
    /// <param name="weight">W [outFeatures, inFeatures]; decoded where its format is not the row's.</param>
    /// <param name="bias">[outFeatures] float32.</param>
    /// <exception cref="ArgumentException">There are not as many biases as rows.</exception>
    public abstract PackedLinear Pack(BlockSparseMatrix weight, ReadOnlySpan<float> bias);

    /// <summary>y = epilogue(W x + b) for some strips of a layer and one panel.</summary>
    /// <param name="linear">W and b, packed.</param>
    /// <param name="strips">The strips of eight output features, first and one past the last.</param>
    /// <param name="x">[linear.InFeatures, lanes] float32; or the packed panel, where the row packs its input.</param>
    /// <param name="lanes">Tokens of the panel: 16, 32 or 48.</param>
    /// <param name="epilogue">What happens to W x + b.</param>
    /// <param name="residual">[linear.PaddedOutFeatures, lanes], for <see cref="Epilogue.AddResidual"/>; may be y.</param>
    /// <param name="y">[linear.PaddedOutFeatures, lanes], of which the strips' features are written; not x.</param>
    public abstract void Multiply(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, Epilogue epilogue, float* residual, float* y);
}

/// <summary>What a linear layer does with W x + b before it stores it.</summary>
internal enum Epilogue
{
    /// <summary>y = W x + b.</summary>
    None,

    /// <summary>y = GELU(W x + b), in its exact form.</summary>
    Gelu,

    /// <summary>y = GELU(W x + b), by tanh.</summary>
    TanhGelu,

    /// <summary>y = z σ(1.702 z) with z = W x + b.</summary>
    QuickGelu,

    /// <summary>y = residual + (W x + b); y may be the residual itself.</summary>
    AddResidual,
}
