using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>A report as Markdown.</summary>
internal static class PruneReportMarkdown
{
    public static string Write(PruneReport report)
    {
        var text = new MarkdownText().Heading(1, "Pruning report");
        foreach (string sentence in ReportTables.Sentences(report))
        {
            text.Paragraph(sentence);
        }

        text.Table(ReportTables.Network(report));
        ModelReportMarkdown.Append(text, report.Classes, report.Preprocessing);
        text.Heading(2, "Layers").Table(ReportTables.Layers(report, ReportTables.Kept)).Paragraph(ReportTables.Legend);
        return (report.Notes.Count > 0 ? text.Heading(2, "Notes").List(report.Notes) : text).ToString();
    }
}
