using Microsoft.ML.BlockPruning.Reporting.Plots;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>A sweep's report as Markdown, its plots in files beside it.</summary>
internal static class SweepReportMarkdown
{
    public static string Write(SweepReport report, string plotName)
    {
        var text = new MarkdownText().Heading(1, "Sweep of pruned networks");
        foreach (string sentence in SweepWords.Answer(report))
        {
            text.Paragraph(sentence);
        }

        foreach (var (cost, plot) in SweepPlots.Of(report))
        {
            text.Picture(plot.Title, SweepPlots.FileOf(plotName, cost));
        }

        text.Heading(2, "Trials").Table(SweepWords.Trials(report)).Paragraph(SweepWords.Legend);
        if (report.Importance is { } importance)
        {
            text.Heading(2, ImportanceWords.Heading).Table(ImportanceWords.Table(importance)).Paragraph(ImportanceWords.Legend(importance));
        }

        if (SweepWords.Failures(report) is { Count: > 0 } failures)
        {
            text.Heading(2, "Failed trials").List(failures);
        }

        if (SweepWords.Stops(report) is { Count: > 0 } stops)
        {
            text.Heading(2, "Trials stopped early").List(stops);
        }

        if (report.Notes.Count > 0)
        {
            text.Heading(2, "Notes").List(report.Notes);
        }

        if (report.Model is { } model)
        {
            text.Heading(2, $"The model: {model.Name}");
            ModelReportMarkdown.Append(text, model);
        }

        return text.Heading(2, "Machine and versions").List(report.Origin).ToString();
    }
}
