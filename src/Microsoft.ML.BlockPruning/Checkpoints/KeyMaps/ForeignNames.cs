namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Names of networks that no key map and no family reads: what a message guesses of them.</summary>
internal static class ForeignNames
{
    // What a name begins with, what it ends with, and the guess.
    private static readonly (string Begin, string End, string Guess)[] Rows =
    [
        ("", ".gamma", "LayerScale, as in DeiT III, is not supported"),
        ("", "_indices", "this looks like an already pruned, block-sparse network"),
        ("", ".values", "this looks like an already pruned, block-sparse network"),
        ("layers.", "", "this looks like a Swin transformer"),
        ("vit.", "", "these are Hugging Face's names; save the network with timm's"),
        ("deit.", "", "these are Hugging Face's names; save the network with timm's"),
        ("encoder.", "", "these are torchvision's names; save the network with timm's"),
        ("class_token", "class_token", "these are torchvision's names; save the network with timm's"),
        ("fc_norm.", "", "average pooling is not supported"),
    ];

    /// <summary>What a foreign name hints at, in brackets; empty where it says nothing.</summary>
    public static string Guess(string name) => Rows
        .Where(row => name.StartsWith(row.Begin, StringComparison.Ordinal) && name.EndsWith(row.End, StringComparison.Ordinal))
        .Select(row => $" ({row.Guess})").FirstOrDefault(string.Empty);
}
