using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>
/// The verb <c>pruning</c>: time and memory of calibration and pruning. One network a process, since the peak is the process's.
/// </summary>
internal static class PruningCommand
{
    private const double Keep = 0.5;

    public static System.CommandLine.Command Create()
    {
        var network = new Option<PruningNetwork>("--network") { Description = "Which network to prune.", Required = true };
        var images = new Option<int>("--images") { Description = "Images of noise for a random network.", DefaultValueFactory = _ => 256 };
        var layers = new Option<int>("--layers")
        {
            Description = "Encoder layers of a random network, fewer for a quick look.",
            DefaultValueFactory = _ => PruningSubject.Depth,
        };
        var block = new Option<string>("--block") { Description = "Height x width.", DefaultValueFactory = _ => "16x16" };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the row to." };
        const string description = "Measures time and memory of calibration and pruning.";
        var command = new System.CommandLine.Command("pruning", description) { network, images, layers, block, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(network), parsed.GetValue(images), parsed.GetValue(layers), BlockShape.Parse(parsed.GetValue(block)!),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(PruningNetwork network, int images, int layers, BlockShape block, FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        var subject = network switch
        {
            PruningNetwork.Bundled => PruningSubject.Bundled(),
            PruningNetwork.DeiTS => PruningSubject.Random("DeiT-S", 384, layers, images),
            PruningNetwork.DeiTB => PruningSubject.Random("DeiT-B", 768, layers, images),
            _ => throw new ArgumentOutOfRangeException(nameof(network), network, "Not a network of this benchmark."),
        };
        var settings = PruningSubject.Settings(subject.Weights.Spec, block, Keep);
        var request = new PruneRequest();
        int count = subject.Calibration.Count;
        using var parts = new PartClock();
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        new BlockPruner(PruneMethods.Of(request)).Prune(subject.Weights, subject.Calibration, settings, Report(clock));
        double seconds = clock.Elapsed.TotalSeconds;
        var ofRun = parts.Parts;
        double processorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        long peak = process.PeakWorkingSet64; // before the sample of a dry run leaves its own arrays behind
        double forecast = new PruneSample(request, () => { }).SecondsOf(subject.Weights, subject.Calibration, Keep, count);
        var row = new PruningRow(
            subject.Description, count, block.ToString(), Keep, Math.Round(seconds, 1), Math.Round(processorSeconds, 1),
            peak, ofRun, Math.Round(forecast, 1), PruneMemory.PeakBytes(subject.Weights.Spec, count));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Network}: {row.Images} images, {row.Block}: {seconds:F1} s, peak {row.PeakMemoryBytes / 1e9:F2} GB; "
            + $"forecast {forecast:F1} s, {row.ForecastBytes / 1e9:F2} GB"));
        foreach (var part in row.Parts)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"    {part.Part,-14} {part.Seconds,8:F1} s, {part.ProcessorSeconds,8:F1} s of processors"));
        }

        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, [row]);
        }

        return 0;
    }

    private static Action<PruneProgress> Report(Stopwatch clock)
    {
        PruneStage? last = null;
        return progress =>
        {
            if (progress.Stage != last)
            {
                last = progress.Stage;
                Console.Error.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,7:F1} s  {progress.Stage}"));
            }
        };
    }
}
