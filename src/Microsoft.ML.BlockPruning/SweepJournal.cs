using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;

namespace Microsoft.ML.BlockPruning;

/// <summary>Reads the files that a <see cref="SparsitySweep"/> writes, and those that stand beside them.</summary>
public static class SweepJournal
{
    /// <summary>Reads the journal of a sweep, which may still be running.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumDrop">How much accuracy the recommended trial may lose, as a fraction of the images, in [0, 1].</param>
    /// <returns>The report, without a model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The drop is not in [0, 1].</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no journal, of another version, damaged in a line, or has no trial yet.</exception>
    public static SweepReport ReadReport(string path, double maximumDrop = 0.01)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return JournalReport.Read(path, maximumDrop);
    }

    /// <summary>The same report with further points of comparison, such as another runtime's, out of a file.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">
    /// Lines as the journal has them, one <see cref="ReferencePoint"/> each, that of the dense network among them; a point of a name that
    /// the report has already takes its place.
    /// </param>
    /// <returns>The report; what differs from the sweep's own figures is in <see cref="SweepReport.Notes"/>.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such file, damaged in a line, or of another network.</exception>
    public static SweepReport WithReferences(this SweepReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var (points, notes) = ReferenceFile.Read(path, report.Dense);
        var names = points.Select(point => point.Name).ToHashSet(StringComparer.Ordinal);
        return report.With([.. report.References.Where(point => !names.Contains(point.Name)), .. points], [.. report.Notes, .. notes]);
    }
}
