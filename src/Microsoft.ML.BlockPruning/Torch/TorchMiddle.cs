using System.Diagnostics;
using Microsoft.ML.BlockPruning.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>What stands between the two linear layers of a branch: the first one's outputs to the second one's inputs.</summary>
internal static class TorchMiddle
{
    /// <summary>The function; its result belongs to the caller's dispose scope.</summary>
    public static Func<Tensor, Tensor> Of(MiddleSpec spec) => spec switch
    {
        AttentionSpec attention => qkv => Attend(qkv, attention, scores => scores),
        GeluSpec { Form: GeluForm.Exact } => nn.functional.gelu,
        GeluSpec { Form: GeluForm.Tanh } => hidden => nn.functional.gelu(hidden, TorchSharp.Modules.GELU.Approximate.tanh, inplace: false),
        GeluSpec { Form: GeluForm.Quick } => QuickGelu,
        _ => throw new UnreachableException(), // no network has other ones
    };

    // x σ(1.702 x)
    private static Tensor QuickGelu(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return hidden.mul(hidden.Times(1.702).sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>[batch, tokens, 3 · features] → [batch, tokens, features]; belongs to the caller's dispose scope.</summary>
    /// <param name="qkv">q, k and v.</param>
    /// <param name="spec">Heads and their width.</param>
    /// <param name="biased">From scores [batch, heads, tokens, tokens] to those whose softmax is taken.</param>
    public static Tensor Attend(Tensor qkv, MultiHeadSpec spec, Func<Tensor, Tensor> biased)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens) = (qkv.shape[0], qkv.shape[1]);
        var parts = qkv.reshape(batch, tokens, 3, spec.Heads, spec.HeadDim).permute(2, 0, 3, 1, 4).contiguous();
        var query = parts.select(0, 0).Times(1 / Math.Sqrt(spec.HeadDim));

        // Two products and a softmax: libtorch's fused attention has a backward pass on the CPU that is several times as slow.
        var weights = nn.functional.softmax(biased(query.matmul(parts.select(0, 1).transpose(-2, -1))), -1);
        return weights.matmul(parts.select(0, 2)).transpose(1, 2).reshape(batch, tokens, spec.Heads * spec.HeadDim)
            .MoveToOuterDisposeScope();
    }
}
