using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>What images are labelled with: the network's name of their class, whatever their folder calls it.</summary>
/// <param name="Classes">In the order of the label's keys.</param>
internal sealed record ClassLabels(IReadOnlyList<ClassReport> Classes)
{
    private readonly Dictionary<string, string> _nameOf =
        Classes.ToDictionary(one => one.Label ?? one.Name, one => one.Name, StringComparer.Ordinal);

    /// <summary>The names, in the order of the label's keys.</summary>
    public IReadOnlyList<string> Names => [.. Classes.Select(one => one.Name)];

    /// <summary>Classes that go by the names that they are found with, where there is no network to ask.</summary>
    public static ClassLabels Of(IReadOnlyList<string> names) =>
        new([.. names.Select((name, i) => new ClassReport { Index = i, Name = name, Slot = i })]);

    /// <summary>The label of an image.</summary>
    /// <param name="found">What its class is called where it lies.</param>
    public string this[string found] => _nameOf[found];
}
