namespace SampleKit;

/// <summary>What somebody may have meant who typed a word that there is not.</summary>
internal static class Suggestion
{
    private const int LeastPrefix = 2;

    /// <summary>
    /// The candidate that is nearest by insertions, deletions, replacements and swaps of neighbours; or begins with the word.
    /// </summary>
    /// <returns>Null where none is near: a wrong suggestion is worse than none.</returns>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        string bare = Bare(word);
        var near = candidates.Select(candidate => (Text: candidate, Distance: Distance(bare, Bare(candidate)))).ToList();
        var best = near.Where(one => one.Distance <= Allowed(bare)).OrderBy(one => one.Distance).FirstOrDefault();
        return best.Text ?? (bare.Length < LeastPrefix ? null
            : near.Select(one => one.Text).FirstOrDefault(text => Bare(text).StartsWith(bare, StringComparison.Ordinal)));
    }

    /// <summary>The question, with a space before it; nothing where none is near.</summary>
    public static string Ask(string word, IEnumerable<string> candidates) =>
        For(word, candidates) is { } meant ? $" Did you mean {meant}?" : "";

    private static int Allowed(string word) => word.Length <= 3 ? 1 : word.Length <= 6 ? 2 : 3;

    private static string Bare(string word) => word.TrimStart('-').ToLowerInvariant();

    // Optimal string alignment: the last two rows and this one.
    private static int Distance(string from, string to)
    {
        int[] before = new int[to.Length + 1], last = [.. Enumerable.Range(0, to.Length + 1)], row = new int[to.Length + 1];
        for (int i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[to.Length];
    }
}
