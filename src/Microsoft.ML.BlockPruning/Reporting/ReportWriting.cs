using Microsoft.ML.BlockPruning.Reporting.Pages;
using Microsoft.ML.BlockPruning.Reporting.Plots;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting;

/// <summary>Writes reports for people: text for a console, Markdown and pages. Lines end in <c>\n</c>, numbers are invariant.</summary>
public static class ReportWriting
{
    /// <summary>The report for a console.</summary>
    /// <param name="report">The report.</param>
    /// <returns>Plain text in columns with a bar per layer.</returns>
    public static string ToText(this PruneReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return PruneReportText.Write(report);
    }

    /// <summary>The report as a document.</summary>
    /// <param name="report">The report.</param>
    /// <returns>Markdown.</returns>
    public static string ToMarkdown(this PruneReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return PruneReportMarkdown.Write(report);
    }

    /// <summary>The report to look at.</summary>
    /// <param name="report">The report.</param>
    /// <returns>HTML that needs no other file and no network, light or dark as the reader's system is.</returns>
    public static string ToHtml(this PruneReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return ModelPage.Write(ModelReport.Of(report));
    }

    /// <summary>The report as a page.</summary>
    /// <param name="report">The report.</param>
    /// <returns>HTML that needs no other file and no network, light or dark as the reader's system is.</returns>
    public static string ToHtml(this ModelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return ModelPage.Write(report);
    }

    /// <summary>The report as text, without its pictures.</summary>
    /// <param name="report">The report.</param>
    /// <returns>Markdown.</returns>
    public static string ToMarkdown(this ModelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return ModelReportMarkdown.Write(report);
    }

    /// <summary>The report as a page.</summary>
    /// <param name="report">The report.</param>
    /// <returns>HTML that needs no other file and no network, light or dark as the reader's system is.</returns>
    public static string ToHtml(this SweepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return SweepPage.Write(report);
    }

    /// <summary>The report as text with plots beside it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="plotName">What the names of the plots' files begin with; the text refers to them as files of its own folder.</param>
    /// <returns>Markdown.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static string ToMarkdown(this SweepReport report, string plotName = "sweep")
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrWhiteSpace(plotName);
        return SweepReportMarkdown.Write(report, plotName);
    }

    /// <summary>The plots: accuracy against each cost.</summary>
    /// <param name="report">The report.</param>
    /// <param name="plotName">As given to <see cref="ToMarkdown(SweepReport, string)"/>.</param>
    /// <returns>SVG by file name, such as <c>sweep-bytes.svg</c>; none where no trial was completed.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IReadOnlyDictionary<string, string> ToPlots(this SweepReport report, string plotName = "sweep")
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrWhiteSpace(plotName);
        return SweepPlots.Of(report).ToDictionary(plot => SweepPlots.FileOf(plotName, plot.Cost), plot => plot.Plot.ToFile());
    }
}
