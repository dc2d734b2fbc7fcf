namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>How a square grid of tokens is cut into square windows: rolled, and filled up where windows do not divide it.</summary>
/// <remarks>
/// Windows lie in rows, slots of a window too. Along a side the last window of a rolled grid holds two regions that are no neighbours: what
/// was there, and what was rolled around (Swin, Liu et al., ICCV 2021, §3.2). All other windows are of one region.
/// </remarks>
internal sealed class WindowGrid
{
    /// <summary>The bias between regions, as every implementation has it: not −∞, so that it counts in the last bits.</summary>
    public const float Apart = -100;

    /// <summary>What windows there are, by their regions: one, two above each other, two beside each other, or four.</summary>
    public const int Kinds = 4;

    private readonly int _paddedSide;
    private readonly int _side;
    private readonly int _shift;

    /// <summary>Cuts the grid.</summary>
    /// <param name="tokens">A square number.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shift">By how many tokens the grid is rolled; less than a window.</param>
    public WindowGrid(int tokens, int window, int shift)
    {
        _side = (int)Math.Sqrt(tokens);
        Window = window;
        _shift = shift;
        _paddedSide = (int)PaddedSideOf(_side, Window);
        PerSide = _paddedSide / Window;
    }

    /// <summary>Tokens along a side of a window.</summary>
    public int Window { get; }

    /// <summary>Slots of a window.</summary>
    public int Slots => Window * Window;

    /// <summary>Windows along a side of the grid.</summary>
    public int PerSide { get; }

    /// <summary>Whether some slots hold no token.</summary>
    public bool IsPadded => _paddedSide > _side;

    /// <summary>The side with what fills the last windows up.</summary>
    public static long PaddedSideOf(long side, int window) => (side + window - 1) / window * window;

    /// <summary>The token in a slot of a window; −1 where there is none.</summary>
    public int TokenAt(int window, int slot)
    {
        int row = Original((window / PerSide * Window) + (slot / Window));
        int column = Original((window % PerSide * Window) + (slot % Window));
        return row < _side && column < _side ? (row * _side) + column : -1;
    }

    /// <summary>Which of <see cref="Kinds"/> a window is: 1 for regions above each other, plus 2 for regions beside each other.</summary>
    public int KindOf(int window) => _shift == 0
        ? 0
        : (window / PerSide == PerSide - 1 ? 1 : 0) + (window % PerSide == PerSide - 1 ? 2 : 0);

    /// <summary>Which region of a window of a kind a slot lies in.</summary>
    public int RegionOf(int kind, int slot) =>
        ((kind & 1) != 0 && IsRolled(slot / Window) ? 1 : 0) + ((kind & 2) != 0 && IsRolled(slot % Window) ? 2 : 0);

    /// <summary>The row of the bias table for a query and a key: the difference of their places, counted from the middle row.</summary>
    public int DistanceOf(int query, int key) => PlaceOf(query) - PlaceOf(key) + PlaceOf(Slots - 1);

    /// <summary>Where a slot stands on a square as wide as the distances go.</summary>
    public int PlaceOf(int slot) => (slot / Window * ((2 * Window) - 1)) + (slot % Window);

    private int Original(int rolled) => (rolled + _shift) % _paddedSide;

    private bool IsRolled(int inWindow) => inWindow >= Window - _shift;
}
