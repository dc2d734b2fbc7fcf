using System.Globalization;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace SampleKit;

/// <summary>One bar per prunable layer: which fraction of its blocks was kept.</summary>
internal static class LayerChart
{
    private const int BarWidth = 8;

    /// <summary>A row for each encoder layer, a column for each of its parts; networks of stages have rows with other parts.</summary>
    /// <param name="layers">Named as <c>blocks.N.attn.qkv</c>: the numbers are the row's, the last word is the column's.</param>
    /// <param name="unicode">Whether the terminal shows block characters.</param>
    public static Table Create(IReadOnlyList<LayerSummary> layers, bool unicode)
    {
        string[] columns = [.. layers.Select(ColumnOf).Distinct()];
        var table = new Table().RoundedBorder().AddColumn(new TableColumn("layer").RightAligned());
        table.AddColumns([.. columns.Select(Markup.Escape)]);
        foreach (var row in layers.GroupBy(RowOf))
        {
            table.AddRow(
            [
                Markup.Escape(row.Key),
                .. columns.Select(column => string.Join(
                    '\n', row.Where(layer => ColumnOf(layer) == column).Select(layer => Bar(layer, unicode)))),
            ]);
        }

        return table;
    }

    private static string ColumnOf(LayerSummary layer) => layer.Name.Split('.')[^1];

    // blocks.3.attn.qkv is of row 3, layers.1.blocks.0.attn.qkv of 1.0; a layer without a number is a row of its own.
    private static string RowOf(LayerSummary layer)
    {
        string numbers = string.Join('.', layer.Name.Split('.').Where(part => part.All(char.IsAsciiDigit)));
        return numbers.Length > 0 ? numbers : layer.Name;
    }

    private static string Bar(LayerSummary layer, bool unicode)
    {
        double kept = (double)layer.KeptBlocks / layer.TotalBlocks;
        int full = (int)Math.Round(kept * BarWidth);
        var (on, off) = unicode ? ('█', '░') : ('#', '.');
        string bar = $"[green]{new string(on, full)}[/][grey]{new string(off, BarWidth - full)}[/]";
        return string.Create(CultureInfo.InvariantCulture, $"{bar}{kept * 100,4:F0}%");
    }
}
