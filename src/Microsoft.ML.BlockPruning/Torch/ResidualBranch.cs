using Microsoft.ML.BlockPruning.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>x += second(middle(first(norm x))): attention or MLP, as <see cref="BranchSpec"/> describes it.</summary>
/// <param name="spec">The step.</param>
/// <param name="holder">Holds the middle's tensors under canonical names.</param>
internal sealed class ResidualBranch(BranchSpec spec, nn.Module holder) : TorchStep(spec)
{
    private readonly TorchWindows? _windows = spec.Middle is WindowAttentionSpec windows
        ? new(windows, spec.First.Tokens, holder)
        : null;

    private readonly Func<Tensor, Tensor>? _middle = spec.Middle is WindowAttentionSpec ? null : TorchMiddle.Of(spec.Middle);

    /// <inheritdoc/>
    public override Tensor InputOf(int linear, Tensor stream)
    {
        var normed = Normed(stream);
        return linear == 0 ? normed : Middle(Linears[0].call(normed));
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

    /// <inheritdoc/>
    public override Tensor Advance(Tensor stream, Tensor first)
    {
        using var scope = NewDisposeScope();
        stream.Accumulate(Linears[^1].call(Middle(first)));
        return stream;
    }

    /// <summary>What the second linear layer reads; belongs to the open dispose scope.</summary>
    /// <param name="first">What the first one gives.</param>
    public Tensor Middle(Tensor first) => _windows is null ? _middle!(first) : _windows.Attend(first, Linears[0].bias!);
}
