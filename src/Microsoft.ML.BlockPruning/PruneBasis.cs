namespace Microsoft.ML.BlockPruning;

/// <summary>
/// The basis in which blocks are chosen: how the network is rewritten, computing the same, before any block is rated. What is weak then
/// lies together, where whole blocks can go. It costs nothing when scoring.
/// </summary>
public enum PruneBasis
{
    /// <summary>
    /// All changes: every attention head gets balanced bases, the residual stream is turned to its principal directions, hidden units are
    /// sorted and put into strips. What a network's family does not allow is left as it is, and the report says so.
    /// </summary>
    Full,

    /// <summary>Heads and hidden units alone: the residual stream and its norms stay as they came.</summary>
    UnitsAndHeads,

    /// <summary>None: the weights that stay keep their places, as a file that other programs read by position may need.</summary>
    Original,
}
