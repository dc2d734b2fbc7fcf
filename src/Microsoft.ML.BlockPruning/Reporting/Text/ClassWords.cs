using System.Globalization;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>The classes of a network in words and cells: what all forms of a report have in common.</summary>
internal static class ClassWords
{
    /// <summary>The first classes, and how many there are besides.</summary>
    /// <param name="classes">All of them.</param>
    /// <param name="count">How many are named.</param>
    public static string Some(IReadOnlyList<ClassReport> classes, int count)
    {
        string some = string.Join(", ", classes.Take(count));
        return classes.Count <= count ? some : string.Create(CultureInfo.InvariantCulture, $"{some} and {classes.Count - count} more");
    }

    /// <summary>One row a class, the first row their heads.</summary>
    public static IReadOnlyList<string[]> Table(IReadOnlyList<ClassReport> classes)
    {
        bool isRenamed = classes.Any(one => one.Label is not null), isMoved = classes.Any(one => one.Slot != one.Index);
        return
        [
            Cells("name", "the images'", "class", "slot of Score"),
            .. classes.Select(one => Cells(
                one.Name, one.Label ?? one.Name, one.Index.ToString(CultureInfo.InvariantCulture),
                one.Slot.ToString(CultureInfo.InvariantCulture))),
        ];

        string[] Cells(string name, string label, string index, string slot) =>
            [name, .. isRenamed ? new[] { label } : [], index, .. isMoved ? new[] { slot } : []];
    }
}
