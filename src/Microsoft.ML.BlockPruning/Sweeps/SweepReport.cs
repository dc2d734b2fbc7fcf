using Microsoft.ML.BlockPruning.Reporting.Pages;
using Microsoft.ML.BlockPruning.Reporting.Plots;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>A sweep to look at, finished or cut short: what to take, what there is to choose from, what it ran on.</summary>
/// <remarks>Times and the start of a run make two reports of one sweep differ; nothing else does.</remarks>
public sealed class SweepReport
{
    internal SweepReport()
    {
    }

    /// <summary>The trials in the order in which they were finished, failed ones too.</summary>
    public required IReadOnlyList<TrialResult> Trials { get; init; }

    /// <summary>The trial to take; null where none was completed.</summary>
    public required TrialResult? Recommended { get; init; }

    /// <summary>The recommended trial with the final refit, whose model is the sweep's answer; null where it was not run.</summary>
    /// <value>No part of the trials: figures of two refits do not lie on one front.</value>
    public required TrialResult? Final { get; init; }

    /// <summary>What the trials are compared with: the dense network, and whatever else was measured beside it.</summary>
    public required IReadOnlyList<ReferencePoint> References { get; init; }

    /// <summary>
    /// Standard error of the answer's top-1 less the dense network's, as a fraction of the images: the answer is <see cref="Final"/> where
    /// that was completed, else <see cref="Recommended"/>. Null where it is not known.
    /// </summary>
    /// <value>
    /// <see cref="TrialResult.Top1StandardError"/>; of a journal without it √((p (1 − p) + q (1 − q)) / n) of both accuracies, as if each
    /// network had images of its own, which is more.
    /// </value>
    public double? DifferenceStandardError => SweepWords.ErrorOf(SweepWords.AnswerOf(this), Dense);

    /// <summary>How much accuracy the recommended trial may lose, as a fraction of the images, in [0, 1].</summary>
    public required double MaximumDrop { get; init; }

    /// <summary>Network, images, method, seed, machine and versions, a line each.</summary>
    public required IReadOnlyList<string> Origin { get; init; }

    /// <summary>What a reader should know besides.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The model of the recommended trial; null where it is not at hand.</summary>
    public ModelReport? Model { get; init; }

    /// <summary>The dense network; null where it is not known.</summary>
    public ReferencePoint? Dense => References.FirstOrDefault(point => point.IsDense);

    /// <summary>Reads the journal of a sweep, which may still be running.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumDrop">How much accuracy the recommended trial may lose, as a fraction of the images, in [0, 1].</param>
    /// <returns>The report, without a model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The drop is not in [0, 1].</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no journal, of another version, damaged in a line, or has no trial yet.</exception>
    public static SweepReport FromJournal(string path, double maximumDrop = 0.01)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return JournalReport.Read(path, maximumDrop);
    }

    /// <summary>The same report with a model.</summary>
    /// <param name="model">The model of the recommended trial.</param>
    /// <returns>The report.</returns>
    public SweepReport WithModel(ModelReport model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return With(References, Notes, model);
    }

    /// <summary>The same report with further points of comparison, such as another runtime's, out of a file.</summary>
    /// <param name="path">
    /// Lines as the journal has them, one <see cref="ReferencePoint"/> each, that of the dense network among them; a point of a name that
    /// the report has already takes its place.
    /// </param>
    /// <returns>The report; what differs from the sweep's own figures is in <see cref="Notes"/>.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such file, damaged in a line, or of another network.</exception>
    public SweepReport WithReferences(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var (points, notes) = ReferenceFile.Read(path, Dense);
        var names = points.Select(point => point.Name).ToHashSet(StringComparer.Ordinal);
        return With([.. References.Where(point => !names.Contains(point.Name)), .. points], [.. Notes, .. notes], Model);
    }

    /// <summary>The report as a page.</summary>
    /// <returns>HTML that needs no other file and no network, light or dark as the reader's system is; lines end in <c>\n</c>.</returns>
    public string ToHtml() => SweepPage.Write(this);

    /// <summary>The report as text with plots beside it.</summary>
    /// <param name="plotName">What the names of the plots' files begin with; the text refers to them as files of its own folder.</param>
    /// <returns>Markdown; lines end in <c>\n</c>, numbers are in the invariant culture.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string ToMarkdown(string plotName = "sweep")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(plotName);
        return SweepReportMarkdown.Write(this, plotName);
    }

    /// <summary>The plots: accuracy against each cost.</summary>
    /// <param name="plotName">As given to <see cref="ToMarkdown"/>.</param>
    /// <returns>SVG by file name, such as <c>sweep-bytes.svg</c>; none where no trial was completed.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public IReadOnlyDictionary<string, string> ToPlots(string plotName = "sweep")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(plotName);
        return SweepPlots.Of(this).ToDictionary(plot => SweepPlots.FileOf(plotName, plot.Cost), plot => plot.Plot.ToFile());
    }

    private SweepReport With(IReadOnlyList<ReferencePoint> references, IReadOnlyList<string> notes, ModelReport? model) => new()
    {
        Trials = Trials,
        Recommended = Recommended,
        Final = Final,
        References = references,
        MaximumDrop = MaximumDrop,
        Origin = Origin,
        Notes = notes,
        Model = model,
    };
}
