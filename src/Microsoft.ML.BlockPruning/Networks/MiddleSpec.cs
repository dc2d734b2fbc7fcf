using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>What stands between the two linear layers of a branch: it has no matrix, and joins their features one by one.</summary>
[JsonDerivedType(typeof(AttentionSpec), "attention")]
[JsonDerivedType(typeof(WindowAttentionSpec), "windowAttention")]
[JsonDerivedType(typeof(GeluSpec), "gelu")]
internal abstract record MiddleSpec
{
    /// <summary>Whether an output token depends on other tokens than its own.</summary>
    [JsonIgnore]
    public abstract bool MixesTokens { get; }

    /// <summary>Its own tensors, which no pruning touches.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<FreePart> Parts => [];

    /// <summary>Multiply-adds of one image beside those of the linear layers.</summary>
    /// <param name="tokens">Tokens of the image.</param>
    public virtual Int128 MultiplyAdds(long tokens) => 0;

    /// <summary>Features that the first layer must give for the second to read so many.</summary>
    public abstract int FirstFeatures(int secondFeatures);

    /// <summary>Row of the first layer behind the second's input 0; the rows after it follow the inputs one by one.</summary>
    /// <remarks>Nothing else reads these rows, so an input that loses all its blocks takes its row with it, and the other way.</remarks>
    public abstract int FirstCoupledRow(int secondFeatures);
}

/// <summary>Attention in heads; the first layer gives q, then k, then v, head after head in each.</summary>
/// <remarks>Attention mixes tokens, not features: each of its outputs reads one feature of v.</remarks>
internal abstract record MultiHeadSpec(int Heads, int HeadDim) : MiddleSpec
{
    [JsonIgnore]
    public override bool MixesTokens => true;

    public override int FirstFeatures(int secondFeatures) => 3 * secondFeatures;

    public override int FirstCoupledRow(int secondFeatures) => 2 * secondFeatures;
}

/// <summary>softmax(q kᵀ / √headDim) v over all tokens.</summary>
internal sealed record AttentionSpec(int Heads, int HeadDim) : MultiHeadSpec(Heads, HeadDim)
{
    // Each token meets each other in q kᵀ and in attention · v, feature by feature.
    public override Int128 MultiplyAdds(long tokens) => 2 * (Int128)tokens * tokens * Heads * HeadDim;
}

/// <summary>softmax(q kᵀ / √headDim + bias) v within windows of a square grid of tokens (Swin, Liu et al., ICCV 2021, §3.2).</summary>
/// <remarks>
/// The bias is read by how far query and key are apart, row and column, and has −100 added where a shift has brought together what is no
/// neighbour. Where windows do not divide the grid, zeros stand right of it and below, whose q, k and v are the first layer's bias; they
/// are attended to, as in torchvision.
/// </remarks>
/// <param name="Heads">Heads of the attention.</param>
/// <param name="HeadDim">Features of a head.</param>
/// <param name="Window">Side of a window, in tokens.</param>
/// <param name="Shift">Tokens by which the grid is rolled up and to the left before it is cut into windows; 0: not at all.</param>
/// <param name="Bias">Name of the table [(2 · window − 1)², heads], by row distance, then column distance, from 1 − window on.</param>
internal sealed record WindowAttentionSpec(int Heads, int HeadDim, int Window, int Shift, string Bias) : MultiHeadSpec(Heads, HeadDim)
{
    [JsonIgnore]
    public override IReadOnlyList<FreePart> Parts => [new FreePart(Bias, [Distances * Distances, Heads])];

    // Each token meets those of its window; what fills the last windows up does too.
    public override Int128 MultiplyAdds(long tokens)
    {
        Int128 side = WindowGrid.PaddedSideOf((long)Math.Sqrt(tokens), Window);
        return 2 * side * side * Window * Window * Heads * HeadDim;
    }

    /// <summary>How far tokens of a window can be apart along a side, signed.</summary>
    private int Distances => (2 * Window) - 1;
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
