using System.Text;

namespace Microsoft.ML.BlockPruning.Reporting;

/// <summary>A report as Markdown.</summary>
internal static class PruneReportMarkdown
{
    public static string Write(PruneReport report)
    {
        var page = new StringBuilder("# Pruning report\n");
        foreach (string sentence in ReportTables.Sentences(report))
        {
            page.Append('\n').Append(Escape(sentence)).Append('\n');
        }

        AppendTable(page, ReportTables.Network(report));
        page.Append("\n## Layers\n");
        AppendTable(page, ReportTables.Layers(report, Kept));
        page.Append('\n').Append(ReportTables.Legend).Append('\n');
        if (report.Notes.Count > 0)
        {
            page.Append("\n## Notes\n\n").AppendJoin('\n', report.Notes.Select(note => "- " + Escape(note))).Append('\n');
        }

        return page.ToString();
    }

    private static string Kept(LayerReport layer) =>
        FormattableString.Invariant($"{layer.KeptBlocks} of {layer.TotalBlocks}, {ReportTables.Percent(ReportTables.Share(layer))}");

    private static void AppendTable(StringBuilder page, IReadOnlyList<string[]> rows)
    {
        page.Append('\n');
        AppendRow(page, rows[0]);
        AppendRow(page, [.. rows[0].Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach (string[] row in rows.Skip(1))
        {
            AppendRow(page, row);
        }
    }

    private static void AppendRow(StringBuilder page, string[] cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(Escape)).Append(" |\n");

    // Names of files and layers are free text; a bar would end a cell, a line break the table.
    private static string Escape(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
