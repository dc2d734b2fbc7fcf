using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>
/// Where q, k and v of a head lie in bfloat16: of each panel q of all heads, then k, <c>[pair of features][lanes]</c> of four bytes, then
/// v, <c>[feature][lanes]</c> of two, so that two keys of a feature are four bytes too.
/// </summary>
internal readonly record struct BFloat16AttentionShape(AttentionShape Shape)
{
    private const int PairBytes = 4;
    private const int ValueBytes = 2;

    /// <summary>Pairs of features of a head in q, and in k; the last may be half empty.</summary>
    public int Pairs => (Shape.HeadDim + 1) / 2;

    /// <summary>Bytes of a token.</summary>
    public int TokenBytes => (2 * Shape.Heads * Pairs * PairBytes) + (ValueRowsBefore(Shape.Heads) * ValueBytes);

    /// <summary>Features of v that a head has there: whole strips of eight.</summary>
    public int ValueRows(int head) => PanelLayout.PadFeatures(Shape.WidthOf(2, head));

    /// <summary>Where q (0), k (1) or v (2) of a head begins in a panel, from the start of the image, in bytes.</summary>
    public nint OffsetOf(int part, int head, int panel)
    {
        int before = part == 2
            ? (2 * Shape.Heads * Pairs * PairBytes) + (ValueRowsBefore(head) * ValueBytes)
            : ((part * Shape.Heads) + head) * Pairs * PairBytes;
        return PanelLayout.OffsetOf(panel, TokenBytes) + ((nint)before * Shape.Layout.LanesOf(panel));
    }

    private int ValueRowsBefore(int head)
    {
        int rows = 0;
        for (int h = 0; h < head; h++)
        {
            rows += ValueRows(h);
        }

        return rows;
    }
}
