using System.Globalization;
using Spectre.Console;

namespace Quickstart;

/// <summary>Prints the result for people.</summary>
internal sealed class ResultReport(IAnsiConsole console, QuickstartOptions options)
{
    public void Write(QuickstartResult result)
    {
        console.WriteLine();
        console.Write(ResultTable.Create(result));
        int threads = options.Threads ?? Environment.ProcessorCount;
        WriteLine($"""
            ms per image: median, below it 10th to 90th percentile; pixels in memory, {threads} threads, dense and pruned in turn;
            batch 1: PredictionEngine ({result.Pruned.Batch1.Samples:N0} predictions);
            batch 32: a data view of {LatencyComparison.ViewImages} images ({result.Pruned.Batch32.Samples:N0} passes).
            Model file: the whole pipeline as ml.Model.Save writes it. Dense: the same code with every block kept.
            """);
        console.WriteLine();
        WriteLine($"Blocks kept in each layer:");
        console.Write(LayerChart.Create(result.Layers, console.Profile.Capabilities.Unicode));
        WriteLine($"Calibration and pruning: {result.CalibrationSeconds:F1} s. Peak memory: {result.PeakMemoryBytes / 1e6:N0} MB.");
        console.MarkupLine(result.ReloadIdentical
            ? $"[green]{Markup.Escape(options.OutputPath)} loaded in a new process gave the same scores, bit for bit.[/]"
            : $"[red]{Markup.Escape(options.OutputPath)} loaded in a new process gave other scores.[/]");
    }

    private void WriteLine(FormattableString text) =>
        console.WriteLine(text.ToString(CultureInfo.InvariantCulture).ReplaceLineEndings(" "));
}
