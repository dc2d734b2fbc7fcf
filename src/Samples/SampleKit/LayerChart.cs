using System.Globalization;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace SampleKit;

/// <summary>One bar per prunable layer: which fraction of its blocks was kept.</summary>
internal static class LayerChart
{
    private const int BarWidth = 8;

    /// <param name="layers">Named blocks.N.attn.qkv, blocks.N.attn.proj, blocks.N.mlp.fc1, blocks.N.mlp.fc2.</param>
    /// <param name="unicode">Whether the terminal shows block characters.</param>
    public static Table Create(IReadOnlyList<LayerSummary> layers, bool unicode)
    {
        var rows = layers.GroupBy(layer => layer.Name.Split('.')[1]).ToList();
        var table = new Table().RoundedBorder().AddColumn(new TableColumn("layer").RightAligned());
        table.AddColumns([.. rows[0].Select(layer => Markup.Escape(layer.Name.Split('.')[^1]))]);
        foreach (var row in rows)
        {
            table.AddRow([Markup.Escape(row.Key), .. row.Select(layer => Bar(layer, unicode))]);
        }

        return table;
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
