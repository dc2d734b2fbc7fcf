using System.CommandLine;
using System.Globalization;
using FashionMnist;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.Data;
using SampleKit;

namespace Microsoft.ML.BlockPruning.Benchmarks.Progress;

/// <summary>The verb <c>progress</c>: how far the time left, as bars and lines show it, is from the time that steps then take.</summary>
internal static class ProgressCommand
{
    private static readonly TimeSpan TimingBudget = TimeSpan.FromSeconds(10);

    public static System.CommandLine.Command Create()
    {
        var images = new Option<int>("--images") { Description = "Calibration images.", DefaultValueFactory = _ => 1000 };
        var busy = new Option<bool>("--processor-time")
        {
            Description = "Counts the time that the process computes, for a busy machine; set DOTNET_PROCESSOR_COUNT=1 with it.",
        };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        const string description = "Compares the time left that steps show with what they take.";
        var command = new System.CommandLine.Command("progress", description) { images, busy, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(images), parsed.GetValue(busy) ? new ProcessorTime() : TimeProvider.System, parsed.GetValue(json)));
        return command;
    }

    private static int Run(int images, TimeProvider time, FileInfo? json)
    {
        var rows = new List<ProgressRow>();
        rows.AddRange(Prune("default, 3 epochs of fine-tuning", images, time, options => options.FineTuning = new FineTuneOptions
        {
            Epochs = 3,
            BatchSize = 32,
        }));
        rows.AddRange(Prune("blocks of 32x32, 2 shots", images, time, options => (options.Block, options.Shots) = (new(32, 32), 2)));
        rows.AddRange(Prune("measured curves, plain refit", images, time, options =>
            (options.Allocation, options.Refit) = (PruneAllocation.MeasuredCurves, PruneRefit.LayerByLayer)));
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Run}: {row.Step}: {row.Seconds} s, at a tenth {row.EstimateAtTenth} of {row.TruthAtTenth} s: {row.Ratio}, ")
                + string.Create(CultureInfo.InvariantCulture, $"worst {row.WorstRatio}"));
        }

        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, rows);
        }

        return 0;
    }

    private static IReadOnlyList<ProgressRow> Prune(
        string run, int images, TimeProvider time, Action<BlockPruneEstimator.Options> change)
    {
        var display = new RecordingSteps(run, time);
        var context = new MLContext(seed: 1);
        var classes = new NetworkClasses.Dense(context, FashionMnistData.NetworkPath);
        var source = ImageSource.Open(context, ImageOrigin.Of(null), classes);
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = FashionMnistData.NetworkPath,
            MaximumCalibrationImages = images,
            ValidationSetFraction = 0.1,
        };
        change(options);
        options.Progress = new PruneSteps(display, images);
        var model = source.Preparation.Append(context.Transforms.PruneBlocks(options)).Fit(source.Calibration);
        using var network = model.LastTransformer;
        const int scored = 2000;
        Score(model.Transform(context.Data.TakeRows(source.Test, scored)), scored, display);
        if (time is ProcessorTime)
        {
            return display.Rows; // timing ends by the clock
        }

        const string timing = "Timing";
        new LatencyComparison(context, seed: 1, TimingBudget).Measure(
            [new LatencyCase(network, 1), new LatencyCase(network, 32)], share => display.Report(timing, share), CancellationToken.None);
        display.Report(timing, 1);
        return display.Rows;
    }

    private static void Score(IDataView scored, int count, RecordingSteps display)
    {
        const string scoring = "Scoring";
        var column = scored.Schema["Score"];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> scores = default;
        display.Report(scoring, 0);
        for (int done = 1; cursor.MoveNext(); done++)
        {
            getter(ref scores);
            display.Report(scoring, done, count, "images");
        }
    }
}
