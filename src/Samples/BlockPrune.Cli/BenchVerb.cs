using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
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
        var files = new Argument<string[]>("model")
        {
            Description = $"{ModelFile.AnyForm}; of several each has a column",
            Arity = ArgumentArity.OneOrMore,
        };
        var batch = CommonOptions.List("--batch", "Images scored at once, such as 1,32", [1, 32], CommonOptions.ReadPositive);
        var seconds = CommonOptions.One("--seconds", "Time for each batch size", 15.0, ReadSeconds);
        var verb = new Command(
            "bench", $"Times pruned networks and {ComparedWith}, in turn, on pixels in memory. ONNX Runtime is not part of this tool; "
                + "eng/bench.sh kernels of the repository compares with it.")
        {
            files, batch, seconds, common.NumHeads, common.ImageSize, common.Json,
        };
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(Seed);
            using var models = ModelSet.Open(context, parsed.GetRequiredValue(files), common.CheckpointOf(parsed), output);
            ModelSet.SayNotes(models, output);
            RequireOneSize(models);
            var budget = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var rows = new List<BenchRow>();
            bool isComplete = output.Steps(display => Measure(
                context, models, parsed.GetRequiredValue(batch), budget, rows, display, cancel));
            if (rows.Count == 0)
            {
                throw new OperationCanceledException(cancel);
            }

            Answer(output, models, rows, parsed.GetValue(common.Json));
            return isComplete ? 0 : CommandShell.Cancelled;
        });
    }

    // A batch size after the other: stopped in between, what is measured is kept.
    private static bool Measure(
        MLContext context, ModelSet models, int[] batches, TimeSpan budget, List<BenchRow> rows, IStepDisplay display,
        CancellationToken cancel)
    {
        try
        {
            foreach (int batch in batches)
            {
                string step = string.Create(CultureInfo.InvariantCulture, $"Timing, batch {batch}");
                display.Report(step, 0);

                // Beside dense networks alone, the first of them takes the place of one that is made for the comparison.
                bool withDense = !models.All(model => model.IsDense);
                using var batched = BatchedNetworks.Of(context, models, withDense, batch);
                var latency = new LatencyComparison(context, Seed, budget).Measure(
                    [.. batched.Networks.Select(network => new LatencyCase(network, batch))],
                    fraction => display.Report(step, fraction), cancel);
                display.Report(step, 1);
                rows.Add(new BenchRow(batch, latency[0],
                [
                    .. models.Zip(latency.Skip(withDense ? 1 : 0), (model, time) =>
                        new BenchModel(model.Name, time, latency[0].MedianMs / time.MedianMs)),
                ]));
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void RequireOneSize(ModelSet models)
    {
        var first = models[0];
        if (models.FirstOrDefault(model => model.Network.Network.ImageDim != first.Network.Network.ImageDim) is { } other)
        {
            throw new OptionsException(
                $"Networks are timed on the same images, but {first.Name} reads {SizeOf(first)} and {other.Name} {SizeOf(other)}; "
                + "bench them one by one.");
        }
    }

    private static string SizeOf(OpenModel model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{model.Network.Network.Channels}x{model.Network.Network.ImageSize}x{model.Network.Network.ImageSize}");

    private static void Answer(CliOutput output, ModelSet models, List<BenchRow> rows, bool isJson)
    {
        if (isJson)
        {
            var network = models[0].Network;
            output.Json(new { Machine = Machine.Current, network.MultiplyAdds, network.DenseMultiplyAdds, ComparedWith, Batches = rows });
            return;
        }

        bool isOne = models.Count == 1, isDense = models.All(model => model.IsDense);
        var table = new Table().RoundedBorder().AddColumn("batch");
        table = isDense ? table : table.AddColumn("dense, ms per image");
        foreach (var model in models)
        {
            string name = isOne && !isDense ? "pruned" : Markup.Escape(model.Name);
            table.AddColumn($"{name}, ms per image");
            table.AddColumn("times as fast");
        }

        foreach (var row in rows)
        {
            table.AddRow(
            [
                row.Batch.ToString(CultureInfo.InvariantCulture), .. Enumerable.Repeat(Text(row.Dense), isDense ? 0 : 1),
                .. row.Models.SelectMany(one => new[] { Text(one.Latency), one.Speedup.ToString("F2", CultureInfo.InvariantCulture) }),
            ]);
        }

        output.Console.Write(table);
        output.Out.WriteLine(isDense
            ? $"Medians (10th to 90th percentile), in turn; nothing is removed, and {models[0].Name} is what the others are compared with."
            : $"Medians (10th to 90th percentile), in turn with {ComparedWith}.");
        output.Out.WriteLine(Machine.Current.ToString());
    }

    private static string Text(Latency latency) =>
        string.Create(CultureInfo.InvariantCulture, $"{latency.MedianMs:F3} ({latency.LowMs:F3} to {latency.HighMs:F3})");

    private static double ReadSeconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 86400
            ? seconds
            : throw new FormatException($"{text} is not a number of seconds above 0 and below a day.");
}
