using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>One half of an encoder layer as pruning sees it: x += second(middle(first(norm x))).</summary>
/// <param name="Norm">norm1 or norm2.</param>
/// <param name="First">qkv or fc1; reads the normed residual stream.</param>
/// <param name="Middle">Attention or GELU: first's outputs to second's inputs, without weights.</param>
/// <param name="Second">proj or fc2; writes into the residual stream.</param>
internal sealed record ResidualBranch(LayerNorm Norm, Linear First, Func<Tensor, Tensor> Middle, Linear Second)
{
    /// <summary>What <see cref="First"/> reads; belongs to the open dispose scope.</summary>
    public Tensor Normed(Tensor stream) => TorchDevice.Current.Forward(Norm, stream);

    /// <summary>What <see cref="Second"/> reads; belongs to the open dispose scope.</summary>
    public Tensor SecondInput(Tensor stream) => Middle(First.forward(Normed(stream)));

    /// <summary>Adds what the branch computes to a residual stream, in place.</summary>
    public void Advance(Tensor stream)
    {
        using var scope = NewDisposeScope();
        stream.Accumulate(Forward(stream));
    }

    /// <summary>What the branch adds to a residual stream; belongs to the open dispose scope.</summary>
    public Tensor Forward(Tensor stream) => Second.forward(SecondInput(stream));
}
