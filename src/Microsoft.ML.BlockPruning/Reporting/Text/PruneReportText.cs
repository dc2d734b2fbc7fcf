using System.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>A report in plain ASCII, columns padded: for a console or a log.</summary>
internal static class PruneReportText
{
    private const int BarWidth = 10;
    private const int Named = 10;

    public static string Write(PruneReport report)
    {
        var text = new StringBuilder();
        foreach (string sentence in ReportTables.Sentences(report))
        {
            text.Append(sentence).Append('\n');
        }

        if (report.Preprocessing.Count > 0)
        {
            text.Append(PreprocessingWords.Sentence(report.Preprocessing)).Append('\n');
        }

        if (report.Classes.Count > 0)
        {
            text.Append("Classes: ").Append(ClassWords.Some(report.Classes, Named)).Append(".\n");
        }

        AppendTable(text, ReportTables.Network(report));
        AppendTable(text, ReportTables.Layers(report, Bar));
        text.Append(ReportTables.Legend).Append('\n');
        foreach (string note in report.Notes)
        {
            text.Append("note: ").Append(note.ReplaceLineEndings(" ")).Append('\n');
        }

        return VisibleText.Of(text.ToString());
    }

    // A layer that keeps anything shows it, and one that lost anything too.
    private static string Bar(LayerReport layer)
    {
        double share = ReportTables.Share(layer);
        int full = share is > 0 and < 1 ? Math.Clamp((int)Math.Round(share * BarWidth), 1, BarWidth - 1) : (int)share * BarWidth;
        return $"{new string('#', full)}{new string('.', BarWidth - full)} {ReportTables.Percent(share),7}";
    }

    private static void AppendTable(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        text.Append('\n');
        foreach (string[] row in rows)
        {
            for (int column = 0; column < row.Length; column++)
            {
                string cell = column == 0 ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]);
                text.Append(column == 0 ? "" : "  ").Append(cell);
            }

            text.Append('\n');
        }

        text.Append('\n');
    }
}
