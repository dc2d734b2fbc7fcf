using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary><c>blockprune bench</c>: milliseconds per image, dense and pruned in turn.</summary>
internal static class BenchVerb
{
    private const string ComparedWith = "the dense network in the same C# kernels";
    private const int Seed = 1;

    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var batch = CommonOptions.List("--batch", "Images scored at once, such as 1,32", [1, 32], CommonOptions.ReadPositive);
        var seconds = CommonOptions.One("--seconds", "Time for each batch size", 15.0, ReadSeconds);
        var verb = new Command(
            "bench", $"Times the pruned network and {ComparedWith}, in turn, on pixels in memory. ONNX Runtime is not part of this tool; "
                + "eng/bench.sh kernels of the repository compares with it.")
        {
            model, batch, seconds, common.Json,
        };
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(Seed);
            using var network = ModelFile.Open(context, parsed.GetRequiredValue(model), output);
            var budget = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var rows = new List<BenchRow>();
            bool isComplete = output.Steps(display => Measure(
                context, network, parsed.GetRequiredValue(batch), budget, rows, display, cancel));
            if (rows.Count == 0)
            {
                throw new OperationCanceledException(cancel);
            }

            Answer(output, network, rows, parsed.GetValue(common.Json));
            return isComplete ? 0 : CommandShell.Cancelled;
        });
    }

    // A batch size after the other: stopped in between, what is measured is kept.
    private static bool Measure(
        MLContext context, SparseViTTransformer network, int[] batches, TimeSpan budget, List<BenchRow> rows, IStepDisplay display,
        CancellationToken cancel)
    {
        try
        {
            foreach (int batch in batches)
            {
                using var pair = NetworkPair.Of(context, network, batch);
                string step = string.Create(CultureInfo.InvariantCulture, $"Timing, batch {batch}");
                var latency = new LatencyComparison(context, Seed, budget).Measure(
                    [new(pair.Dense, batch), new(pair.Pruned, batch)], fraction => display.Report(step, fraction), cancel);
                display.Report(step, 1);
                rows.Add(new BenchRow(batch, latency[0], latency[1]));
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Answer(CliOutput output, SparseViTTransformer network, List<BenchRow> rows, bool isJson)
    {
        if (isJson)
        {
            output.Json(new { Machine = Machine.Current, network.MultiplyAdds, network.DenseMultiplyAdds, ComparedWith, Batches = rows });
            return;
        }

        var table = new Table().RoundedBorder().AddColumns("batch", "dense, ms per image", "pruned, ms per image", "times as fast");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Batch.ToString(CultureInfo.InvariantCulture), Text(row.Dense), Text(row.Pruned),
                row.Speedup.ToString("F2", CultureInfo.InvariantCulture));
        }

        output.Console.Write(table);
        output.Out.WriteLine($"Medians (10th to 90th percentile), in turn with {ComparedWith}.");
        output.Out.WriteLine(Machine.Current.ToString());
    }

    private static string Text(Latency latency) =>
        string.Create(CultureInfo.InvariantCulture, $"{latency.MedianMs:F3} ({latency.LowMs:F3} to {latency.HighMs:F3})");

    private static double ReadSeconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 86400
            ? seconds
            : throw new FormatException($"{text} is not a number of seconds above 0 and below a day.");
}
