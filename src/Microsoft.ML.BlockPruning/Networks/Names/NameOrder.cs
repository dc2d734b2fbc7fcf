namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>
/// The order in which a network that names no classes has learned them: that of their folders, of which timm and torchvision have one each.
/// </summary>
internal static class NameOrder
{
    private const int Shown = 8;

    /// <summary>Puts names into the order of the network's classes.</summary>
    /// <param name="names">One for each class.</param>
    /// <param name="chosen">The order that it was trained with; null: it must not matter which.</param>
    /// <returns>Places in <paramref name="names"/>, in the order of the classes.</returns>
    /// <exception cref="ArgumentException">Names are the same in form C, or the order matters and is not told.</exception>
    public static int[] Of(IReadOnlyList<string> names, IComparer<string>? chosen)
    {
        string[] composed = [.. names.Select(CanonicalForm.C)];
        if (composed.CountBy(name => name, StringComparer.Ordinal).FirstOrDefault(count => count.Value > 1) is { Key: { } twin })
        {
            throw new ArgumentException(
                $"Two classes of the images are called '{twin}': where their names differ, it is in the form of an accent alone. "
                + "Put their images together, or rename one of them.");
        }

        if (chosen is not null)
        {
            int[] order = Sorted(composed, chosen);
            return TieIn(composed, order, chosen) is not { } tie ? order : throw new ArgumentException(
                $"The classes '{tie.First}' and '{tie.Second}' of the images are equal in natural order, so that nobody knows which of "
                + "them the network has first. Rename one of them, or name the network's classes: label_names in config.json.");
        }

        int[] natural = Sorted(composed, NaturalOrder.Instance), ordinal = Sorted(composed, CodePointOrder.Instance);
        if (!natural.SequenceEqual(ordinal) || TieIn(composed, natural, NaturalOrder.Instance) is not null)
        {
            (int[], string)[] two = [(natural, "Natural"), (ordinal, "Ordinal")];
            throw Undecided(composed, two[0], two[1]);
        }

        // A network that learned from a Mac's folders may have seen accents apart from their letters.
        string[] decomposed = [.. composed.Select(CanonicalForm.D)];
        int[] apart = Sorted(decomposed, CodePointOrder.Instance);
        (int[], string)[] orders = [(ordinal, "Ordinal"), (apart, "accents apart, as macOS")];
        return apart.SequenceEqual(ordinal) ? ordinal : throw Undecided(composed, orders[0], orders[1]);
    }

    private static ArgumentException Undecided(string[] names, (int[] Order, string Name) one, (int[] Order, string Name) other) => new(
        $"The network does not name its classes, and the {names.Length} of the images have two orders: "
        + $"{Some(names, one.Order)} ({one.Name}) or {Some(names, other.Order)} ({other.Name}). Say which it was trained with: ClassOrder, "
        + "on the command line --class-order (natural: timm; ordinal: torchvision's ImageFolder), or name the classes: label_names in "
        + "config.json.");

    private static string Some(string[] names, int[] order) =>
        string.Join(", ", order.Take(Shown).Select(place => names[place])) + (order.Length > Shown ? ", …" : "");

    private static int[] Sorted(string[] names, IComparer<string> comparer) =>
        [.. Enumerable.Range(0, names.Length).OrderBy(place => names[place], comparer)];

    private static (string First, string Second)? TieIn(string[] names, int[] order, IComparer<string> comparer)
    {
        for (int i = 1; i < order.Length; i++)
        {
            if (comparer.Compare(names[order[i - 1]], names[order[i]]) == 0)
            {
                return (names[order[i - 1]], names[order[i]]);
            }
        }

        return null;
    }
}
