using System.Globalization;

namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>Names of classes in form C, each once: one that occurs twice gets the number of its class, as in "crane (134)".</summary>
internal static class DistinctNames
{
    /// <summary>Makes them.</summary>
    /// <param name="names">In the network's order.</param>
    /// <returns>The same number of names, none of them twice.</returns>
    public static string[] Of(IReadOnlyList<string> names)
    {
        string[] distinct = [.. names.Select(CanonicalForm.C)];

        // A name may be what another one becomes; it is numbered too then, and numbers differ.
        while (Repeated(distinct) is { Count: > 0 } repeated)
        {
            for (int i = 0; i < distinct.Length; i++)
            {
                if (repeated.Contains(distinct[i]))
                {
                    distinct[i] = string.Create(CultureInfo.InvariantCulture, $"{distinct[i]} ({i})");
                }
            }
        }

        return distinct;
    }

    /// <summary>What a name is without the number of its class; null where it does not end in it.</summary>
    /// <param name="name">A name of <see cref="Of"/>.</param>
    /// <param name="index">The number of its class.</param>
    public static string? Bare(string name, int index)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $" ({index})");
        return name.EndsWith(number, StringComparison.Ordinal) ? name[..^number.Length] : null;
    }

    private static HashSet<string> Repeated(string[] names) =>
        [.. names.CountBy(name => name, StringComparer.Ordinal).Where(count => count.Value > 1).Select(count => count.Key)];
}
