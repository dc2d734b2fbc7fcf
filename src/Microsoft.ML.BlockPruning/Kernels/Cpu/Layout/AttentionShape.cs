namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>The sizes of a multi-head attention over one image.</summary>
/// <param name="Layout">Tokens and panels.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="HeadDim">Features of a head; any number.</param>
internal readonly record struct AttentionShape(PanelLayout Layout, int Heads, int HeadDim)
{
    /// <summary>Features of q, of k, of v and of the result: all heads', whatever the width of the residual stream.</summary>
    public int ContextFeatures => Heads * HeadDim;

    /// <summary>Features of q, k and v together, padded.</summary>
    public int PaddedQkvFeatures => PanelLayout.PadFeatures(3 * ContextFeatures);

    public int PaddedContextFeatures => PanelLayout.PadFeatures(ContextFeatures);

    /// <summary>Floats of scratch that one worker needs: a column of scores per query of a panel.</summary>
    public long ScratchFloats => (long)Layout.PaddedTokens * PanelLayout.PanelTokens;

    /// <summary>Floats behind the last image's q, k and v that are read but not used where a head is not a multiple of 8 wide.</summary>
    public static int QkvSlackFloats => PanelLayout.StripFeatures * PanelLayout.PanelTokens;
}
