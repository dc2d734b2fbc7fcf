namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Names of networks that no key map and no family reads: what a message guesses of them.</summary>
internal static class ForeignNames
{
    // What a name begins with, what it ends with, and the guess.
    private static readonly (string Begin, string End, string Guess)[] Rows =
    [
        ("", "_indices", "this looks like an already pruned, block-sparse network"),
        ("", ".values", "this looks like an already pruned, block-sparse network"),
    ];

    /// <summary>What a foreign name hints at, in brackets; empty where it says nothing.</summary>
    public static string Guess(string name) => Rows
        .Where(row => name.StartsWith(row.Begin, StringComparison.Ordinal) && name.EndsWith(row.End, StringComparison.Ordinal))
        .Select(row => $" ({row.Guess})").FirstOrDefault(string.Empty);
}
