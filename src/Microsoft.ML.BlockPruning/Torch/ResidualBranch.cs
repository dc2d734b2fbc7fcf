using Microsoft.ML.BlockPruning.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>x += second(middle(first(norm x))): attention or MLP, as <see cref="BranchSpec"/> describes it.</summary>
internal sealed class ResidualBranch(BranchSpec spec) : TorchStep(spec)
{
    private readonly Func<Tensor, Tensor> _middle = TorchMiddle.Of(spec.Middle);

    /// <inheritdoc/>
    public override Tensor InputOf(int linear, Tensor stream)
    {
        var normed = Normed(stream);
        return linear == 0 ? normed : _middle(Linears[0].call(normed));
    }

    /// <inheritdoc/>
    public override Tensor Join(Tensor stream, Tensor output) => stream.Plus(output);

    /// <inheritdoc/>
    public override Tensor OutputFor(Tensor wanted, Tensor stream) => wanted - stream;

    /// <inheritdoc/>
    public override Tensor Advance(Tensor stream)
    {
        using var scope = NewDisposeScope();
        stream.Accumulate(Forward(stream));
        return stream;
    }
}
