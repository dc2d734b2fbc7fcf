namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>Finds the class of a network that images mean by a name.</summary>
/// <remarks>
/// Names are compared in Unicode's form C. One that no class has exactly is looked for without regard to case, blanks, <c>_</c> and
/// <c>-</c>; where several classes could be meant, or two names of the images mean one class, it is an error.
/// </remarks>
internal sealed class NameMatch
{
    /// <summary>In place of a class: none has this name.</summary>
    public const int Unknown = -1;

    private readonly IReadOnlyList<string> _names;
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly ILookup<string, int> _alike;

    /// <param name="names">The network's, each once: see <see cref="DistinctNames"/>.</param>
    public NameMatch(IReadOnlyList<string> names)
    {
        _names = names;
        var bare = BareNames(names);
        for (int i = 0; i < names.Count; i++)
        {
            _exact[CanonicalForm.C(names[i])] = i;
        }

        _alike = Enumerable.Range(0, names.Count)
            .SelectMany(i => new[] { names[i], bare[i] }.OfType<string>().Select(name => (Name: Fold(CanonicalForm.C(name)), Class: i)))
            .Distinct().ToLookup(pair => pair.Name, pair => pair.Class, StringComparer.Ordinal);
    }

    /// <summary>Matches.</summary>
    /// <param name="found">What the images' classes are called.</param>
    /// <returns>[found] the network's class of each, or <see cref="Unknown"/>.</returns>
    /// <exception cref="ArgumentException">A name could be several classes, or two names are one class.</exception>
    public int[] ClassesOf(IReadOnlyList<string> found)
    {
        int[] classes = [.. found.Select(ClassOf)];
        var nameOf = new Dictionary<int, string>();
        for (int i = 0; i < found.Count; i++)
        {
            if (classes[i] != Unknown && !nameOf.TryAdd(classes[i], found[i]))
            {
                throw new ArgumentException(
                    $"The images' classes '{nameOf[classes[i]]}' and '{found[i]}' are one class of the network, '{_names[classes[i]]}' "
                    + "(case, blanks, '_', '-' and the form of accents do not matter): put their images together, or rename one of them.");
            }
        }

        return classes;
    }

    private int ClassOf(string name)
    {
        string composed = CanonicalForm.C(name);
        if (_exact.TryGetValue(composed, out int known))
        {
            return known;
        }

        int[] alike = [.. _alike[Fold(composed)]];
        return alike switch
        {
            [] => Unknown,
            [var one] => one,
            _ => throw new ArgumentException(
                $"The images' class '{name}' may be each of {string.Join(", ", alike.Select(i => $"'{_names[i]}'"))} of the network: "
                + "give it one of these names."),
        };
    }

    // What remains where case, blanks, _ and - do not count; lower after upper, so that letters of two lower cases meet.
    private static string Fold(string name)
    {
        string folded = string.Concat(name.Where(letter => !char.IsWhiteSpace(letter) && letter is not ('_' or '-')))
            .ToUpperInvariant().ToLowerInvariant();
        return folded.Length > 0 ? folded : name;
    }

    // Linear: a network of 21,841 classes has many that end in a number of their own.
    private static string?[] BareNames(IReadOnlyList<string> names)
    {
        string?[] bare = [.. names.Select(DistinctNames.Bare)];
        var shared = bare.OfType<string>().CountBy(name => name, StringComparer.Ordinal)
            .Where(count => count.Value > 1).Select(count => count.Key).ToHashSet(StringComparer.Ordinal);
        return [.. bare.Select(name => name is not null && shared.Contains(name) ? name : null)];
    }
}
