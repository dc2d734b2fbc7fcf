using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>What stands between the two linear layers of a branch: it has no weights, and joins their features one by one.</summary>
[JsonDerivedType(typeof(AttentionSpec), "attention")]
[JsonDerivedType(typeof(GeluSpec), "gelu")]
internal abstract record MiddleSpec
{
    /// <summary>Whether an output token depends on other tokens than its own.</summary>
    [JsonIgnore]
    public abstract bool MixesTokens { get; }

    /// <summary>Features that the first layer must give for the second to read so many.</summary>
    public abstract int FirstFeatures(int secondFeatures);

    /// <summary>Row of the first layer behind the second's input 0; the rows after it follow the inputs one by one.</summary>
    /// <remarks>Nothing else reads these rows, so an input that loses all its blocks takes its row with it, and the other way.</remarks>
    public abstract int FirstCoupledRow(int secondFeatures);
}

/// <summary>softmax(q kᵀ / √headDim) v over all tokens; the first layer gives q, then k, then v, head after head in each.</summary>
/// <remarks>Attention mixes tokens, not features: each of its outputs reads one feature of v.</remarks>
internal sealed record AttentionSpec(int Heads, int HeadDim) : MiddleSpec
{
    [JsonIgnore]
    public override bool MixesTokens => true;

    public override int FirstFeatures(int secondFeatures) => 3 * secondFeatures;

    public override int FirstCoupledRow(int secondFeatures) => 2 * secondFeatures;
}

/// <summary>GELU, x Φ(x) or what stands for it, of each feature alone.</summary>
/// <remarks>Only what is not exact is written to files: readers that know of no other form read all those that have none.</remarks>
internal sealed record GeluSpec(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] GeluForm Form = GeluForm.Exact) : MiddleSpec
{
    [JsonIgnore]
    public override bool MixesTokens => false;

    public override int FirstFeatures(int secondFeatures) => secondFeatures;

    public override int FirstCoupledRow(int secondFeatures) => 0;
}
