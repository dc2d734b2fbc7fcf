namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A part of a network that has tensors: weights, files and their checks walk one list of them.</summary>
/// <param name="Name">A free tensor's own; else without <c>.weight</c> or <c>.bias</c>.</param>
internal abstract record NetworkPart(string Name)
{
    /// <summary>Canonical names of its tensors, in checkpoint order.</summary>
    public virtual IReadOnlyList<string> TensorNames => [$"{Name}.weight", $"{Name}.bias"];
}

/// <summary>A tensor that stands alone: a prefix token, the positions, a middle's table.</summary>
internal sealed record FreePart(string Name, int[] Shape) : NetworkPart(Name)
{
    public override IReadOnlyList<string> TensorNames => [Name];

    public long Elements => Shape.Aggregate(1L, (product, side) => product * side);
}

/// <summary>A norm: weight and bias, each [features].</summary>
internal sealed record NormPart(NormSpec Norm) : NetworkPart(Norm.Name);

/// <summary>A linear layer: weight and bias [outFeatures].</summary>
/// <param name="Linear">The layer.</param>
/// <param name="WeightShape">As checkpoints have it: a patch convolution's has four sides.</param>
/// <param name="IsPrunable">Whether it may lose blocks: whether a step owns it.</param>
internal sealed record LinearPart(LinearSpec Linear, int[] WeightShape, bool IsPrunable) : NetworkPart(Linear.Name)
{
    /// <summary>A layer whose weight is a matrix.</summary>
    public static LinearPart Of(LinearSpec linear, bool isPrunable) =>
        new(linear, [linear.OutFeatures, linear.InFeatures], isPrunable);
}
