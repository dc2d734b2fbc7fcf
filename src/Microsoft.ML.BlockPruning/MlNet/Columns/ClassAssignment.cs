using System.Globalization;
using Microsoft.ML.BlockPruning.Networks.Names;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Which class of a network stands behind each name that images have: by name, by number, or by the order of the names.</summary>
/// <param name="Names">[classes] in the network's order, each once.</param>
/// <param name="ClassOf">[found] the class of each name, or <see cref="NameMatch.Unknown"/>.</param>
/// <param name="Reason">How they were found, for the log and the report.</param>
internal sealed record ClassAssignment(IReadOnlyList<string> Names, IReadOnlyList<int> ClassOf, string Reason)
{
    private const int Shown = 20;
    private const int OneDigit = 10; // classes whose numbers are in one order for everybody

    /// <summary>Assigns.</summary>
    /// <param name="names">The network's names in its order; null where it has none.</param>
    /// <param name="count">How many classes it has.</param>
    /// <param name="found">What the images' classes are called.</param>
    /// <param name="order">How a network without names was trained.</param>
    /// <param name="areNumbers">Whether the names are written from numbers, not text: a number is then that of the class.</param>
    /// <exception cref="ArgumentException">A name could be several classes, two are one, or the order matters and is not told.</exception>
    public static ClassAssignment Of(
        IReadOnlyList<string>? names, int count, IReadOnlyList<string> found, ClassNameOrder order, bool areNumbers = false)
    {
        string[] numbers = Numbers(count);
        string[] own = names is null ? numbers : DistinctNames.Of(names);
        bool areAllNumbers = found.All(numbers.ToHashSet(StringComparer.Ordinal).Contains);
        if (names is not null)
        {
            int[] classes = new NameMatch(own).ClassesOf(found);
            bool isGuess = count > OneDigit && !areNumbers && order == ClassNameOrder.Unspecified;
            if (!areAllNumbers || isGuess || classes.Any(known => known != NameMatch.Unknown))
            {
                return new ClassAssignment(own, classes, "classes by their names in config.json");
            }
        }

        if (areAllNumbers)
        {
            string[] ordered = Ordered(numbers, found, order, areNumbers);
            var index = ordered.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
            return new ClassAssignment(names is null ? ordered : own, [.. found.Select(name => index[name])], "classes by their numbers");
        }

        if (found.Count != count)
        {
            return new ClassAssignment(own, [.. found.Select(_ => NameMatch.Unknown)], "");
        }

        int[] sorted = NameOrder.Of(found, ComparerOf(order));
        int[] classOf = new int[count];
        for (int i = 0; i < count; i++)
        {
            classOf[sorted[i]] = i;
        }

        string how = order == ClassNameOrder.Unspecified ? "alphabetical" : order.ToString().ToLowerInvariant();
        return new ClassAssignment([.. sorted.Select(place => CanonicalForm.C(found[place]))], classOf, $"classes in {how} order");
    }

    /// <summary>The same with all names known.</summary>
    /// <exception cref="ArgumentException">The network does not know a name.</exception>
    public ClassAssignment Known(IReadOnlyList<string> found)
    {
        int stranger = ClassOf.ToList().IndexOf(NameMatch.Unknown);
        return stranger < 0 ? this : throw new ArgumentException(
            $"The class '{found[stranger]}' is unknown to the network; its classes are {Some(Names)}; the images' are {Some(found)}. "
            + "Name them alike (case, blanks, '_' and '-' do not matter).");
    }

    /// <summary>The same with some names known: where none is, images and network may have nothing to do with each other.</summary>
    /// <exception cref="ArgumentException">The network knows no name.</exception>
    public ClassAssignment SomeKnown(IReadOnlyList<string> found) => ClassOf.Any(known => known != NameMatch.Unknown)
        ? this
        : throw new ArgumentException(
            $"The network knows none of the images' classes ({Some(found)}); its {Names.Count} are {Some(Names)}. Name them alike "
            + "(case, blanks, '_' and '-' do not matter); images of a network that names no class must be of every class.");

    /// <summary>Every class of the network with what the images call it.</summary>
    /// <param name="found">What the images' classes are called.</param>
    /// <param name="slotOf">The slot of Score of each class.</param>
    public IReadOnlyList<ClassReport> Report(IReadOnlyList<string> found, Func<int, int> slotOf)
    {
        var labels = ClassOf.Zip(found).Where(pair => pair.First != NameMatch.Unknown)
            .ToDictionary(pair => pair.First, pair => pair.Second);
        return
        [
            .. Names.Select((name, i) => new ClassReport
            {
                Index = i,
                Name = name,
                Label = labels.TryGetValue(i, out string? label) && label != name ? label : null,
                Slot = slotOf(i),
            }),
        ];
    }

    /// <summary>The numbers 0, 1 … as names.</summary>
    public static string[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The first names of a list, and how many are left.</summary>
    public static string Some(IReadOnlyList<string> names) => names.Count <= Shown
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more";

    // Folders called 0 to 11 are in another order for torchvision than for timm, so that text is not a number by itself.
    private static string[] Ordered(string[] numbers, IReadOnlyList<string> found, ClassNameOrder order, bool areNumbers) =>
        areNumbers || (order == ClassNameOrder.Unspecified && found.SequenceEqual(numbers))
            ? numbers
            : [.. NameOrder.Of(numbers, ComparerOf(order)).Select(place => numbers[place])];

    private static IComparer<string>? ComparerOf(ClassNameOrder order) => order switch
    {
        ClassNameOrder.Natural => NaturalOrder.Instance,
        ClassNameOrder.Ordinal => CodePointOrder.Instance,
        _ => null,
    };
}
