namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>The sizes of a multi-head attention over one image: q of all heads, then k, then v.</summary>
/// <param name="Layout">Tokens and panels.</param>
/// <param name="HeadDim">Features of a head in q, and in k; any number. Scores are divided by its root.</param>
/// <param name="ValueStarts">[heads + 1]: where each head begins in v, and in the result; then how many features these have.</param>
internal readonly record struct AttentionShape(PanelLayout Layout, int HeadDim, int[] ValueStarts)
{
    /// <summary>Heads that are as wide in v as in q.</summary>
    public AttentionShape(PanelLayout layout, int heads, int headDim)
        : this(layout, headDim, [.. Enumerable.Range(0, heads + 1).Select(head => head * headDim)])
    {
    }

    /// <summary>Attention heads.</summary>
    public int Heads => ValueStarts.Length - 1;

    /// <summary>Features of v and of the result: all heads', whatever the width of the residual stream.</summary>
    public int ContextFeatures => ValueStarts[^1];

    /// <summary>Features of q, k and v together.</summary>
    public int QkvFeatures => (2 * Heads * HeadDim) + ContextFeatures;

    /// <summary>Features of q, k and v together, padded.</summary>
    public int PaddedQkvFeatures => PanelLayout.PadFeatures(QkvFeatures);

    public int PaddedContextFeatures => PanelLayout.PadFeatures(ContextFeatures);

    /// <summary>Floats of scratch that one worker needs: a column of scores per query of a panel.</summary>
    public long ScratchFloats => (long)Layout.PaddedTokens * PanelLayout.PanelTokens;

    /// <summary>Floats behind the last image's q, k and v that are read but not used where a head is not a multiple of 8 wide.</summary>
    public static int QkvSlackFloats => PanelLayout.StripFeatures * PanelLayout.PanelTokens;

    /// <summary>Where a head begins in q (0), k (1) or v (2), among the features of all three.</summary>
    public int FirstOf(int part, int head) => part == 2 ? (2 * Heads * HeadDim) + ValueStarts[head] : ((part * Heads) + head) * HeadDim;

    /// <summary>Features of a head in q (0), k (1) or v (2).</summary>
    public int WidthOf(int part, int head) => part == 2 ? ValueStarts[head + 1] - ValueStarts[head] : HeadDim;
}
