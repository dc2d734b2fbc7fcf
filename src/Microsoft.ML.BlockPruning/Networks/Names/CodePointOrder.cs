namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>Python's order of text, by code points: characters of two UTF-16 units come behind all others, not in their midst.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    private const int Surrogates = 0x800, FirstSurrogate = 0xd800, BehindSurrogates = 0xe000;

    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    /// <summary>Compares.</summary>
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        int same = x.CommonPrefixLength(y);
        return same == x.Length || same == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[same]).CompareTo(Rank(y[same]));
    }

    // Units of pairs rank above U+E000 to U+FFFF.
    private static int Rank(char unit) => unit switch
    {
        >= (char)BehindSurrogates => unit - Surrogates,
        >= (char)FirstSurrogate => unit + (char.MaxValue + 1 - BehindSurrogates),
        _ => unit,
    };
}
