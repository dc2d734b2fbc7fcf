using System.Globalization;
using Spectre.Console;

namespace Quickstart;

/// <summary>Dense beside pruned, for people.</summary>
internal static class ResultTable
{
    public static Table Create(QuickstartResult result)
    {
        var (dense, pruned) = (result.Dense, result.Pruned);
        var table = new Table().RoundedBorder().AddColumns(
            new TableColumn(""), Number("dense"), Number("pruned"), Number("against dense"));
        table.AddRow(
            "top-1", Percent(dense.Top1), Percent(pruned.Top1), Text($"{(pruned.Top1 - dense.Top1) * 100:+0.00;-0.00;0.00} points"));
        table.AddRow("model file", Megabytes(dense.Bytes), Megabytes(pruned.Bytes), Times((double)pruned.Bytes / dense.Bytes));
        table.AddRow(
            "MACs per image", Millions(dense.MultiplyAdds), Millions(pruned.MultiplyAdds),
            Times((double)pruned.MultiplyAdds / dense.MultiplyAdds));
        AddLatency(table, "ms per image, batch 1", dense.Batch1, pruned.Batch1);
        AddLatency(table, $"ms per image, batch {QuickstartRun.Batch}", dense.Batch32, pruned.Batch32);
        return table;
    }

    private static void AddLatency(Table table, string name, Latency dense, Latency pruned) =>
        table.AddRow(name, Milliseconds(dense), Milliseconds(pruned), Text($"{dense.MedianMs / pruned.MedianMs:F2} x as fast"));

    private static TableColumn Number(string header) => new TableColumn(header).RightAligned();

    private static string Percent(double fraction) => Text($"{fraction * 100:F2} %");

    private static string Megabytes(long bytes) => Text($"{bytes / 1e6:F2} MB");

    private static string Millions(long count) => Text($"{count / 1e6:N1} M");

    private static string Times(double quotient) => Text($"{quotient:F2} x");

    private static string Milliseconds(Latency latency) =>
        Text($"{latency.MedianMs:F3}\n[grey]{latency.LowMs:F3} to {latency.HighMs:F3}[/]");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
