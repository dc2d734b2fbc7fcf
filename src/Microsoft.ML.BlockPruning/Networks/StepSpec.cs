using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>One step of a network over its residual stream [tokens, features].</summary>
/// <param name="Layer">The layer that it belongs to, such as <c>blocks.3</c>; steps of one layer follow each other.</param>
/// <param name="Norm">What is done to the stream before the step reads it.</param>
[JsonDerivedType(typeof(BranchSpec), "branch")]
[JsonDerivedType(typeof(MergeSpec), "merge")]
internal abstract record StepSpec(string Layer, NormSpec Norm)
{
    /// <summary>The step's linear layers in forward order.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<LinearSpec> Linears { get; }

    /// <summary>Everything of the step that has tensors, in checkpoint order.</summary>
    [JsonIgnore]
    public IEnumerable<NetworkPart> Parts =>
        [new NormPart(Norm), .. FreeParts, .. Linears.Select(linear => LinearPart.Of(linear, isPrunable: true))];

    protected virtual IEnumerable<NetworkPart> FreeParts => [];
}

/// <summary>x += second(middle(first(norm x))): attention or MLP, each half of a pre-norm encoder layer.</summary>
internal sealed record BranchSpec(string Layer, NormSpec Norm, LinearSpec First, MiddleSpec Middle, LinearSpec Second)
    : StepSpec(Layer, Norm)
{
    [JsonIgnore]
    public override IReadOnlyList<LinearSpec> Linears => [First, Second];

    protected override IEnumerable<NetworkPart> FreeParts => Middle.Parts;
}

/// <summary>x = reduction(norm(four neighbours in one)): a quarter of the tokens (Swin, Liu et al., ICCV 2021, §3.1).</summary>
/// <remarks>
/// The tokens are a square grid in row-major order. A new token is, of its two by two: top left, bottom left, top right, bottom right
/// (timm's order). A grid of odd sides has zeros right of it and below. The reduction has no bias in Swin: zeros stand for it.
/// </remarks>
internal sealed record MergeSpec(string Layer, NormSpec Norm, LinearSpec Reduction) : StepSpec(Layer, Norm)
{
    /// <summary>Tokens that become one.</summary>
    public const int Neighbours = 4;

    /// <summary>Tokens along a side of the new grid.</summary>
    public static long SideAfter(long side) => (side + 1) / 2;

    [JsonIgnore]
    public override IReadOnlyList<LinearSpec> Linears => [Reduction];
}
