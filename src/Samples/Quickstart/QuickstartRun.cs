using System.Diagnostics;
using FashionMnist;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;
using Spectre.Console;

namespace Quickstart;

/// <summary>The whole run: fit dense and pruned, evaluate, time, save, load in another process, report.</summary>
internal sealed class QuickstartRun(QuickstartOptions options, IAnsiConsole console)
{
    /// <summary>The batch size of <see cref="BlockPruneEstimator"/> where none is asked for.</summary>
    public const int Batch = 32;

    private static readonly TimeSpan TimingBudget = TimeSpan.FromSeconds(15);

    private readonly MLContext _context = new(options.Seed);

    public QuickstartResult Run(CancellationToken cancel)
    {
        AtomicFile.RequireWritable(options.OutputPath);
        if (options.JsonPath is not null)
        {
            AtomicFile.RequireWritable(options.JsonPath);
        }

        var files = new PruneReportFiles(options.OutputPath);
        files.RequireWritable();

        string modelPath = options.ModelPath ?? FashionMnistData.NetworkPath;
        ViTCheckpoint.Find(modelPath); // before images are looked for

        var classes = new NetworkClasses.Dense(_context, modelPath, options.ClassOrder);
        var images = Steps(display => ImageSource.Open(
            _context, ImageOrigin.Of(options.ImagesFolder), classes, new ImageCheck(UnreadableImages.Fail, display, cancel)));
        console.WriteLine(FormattableString.Invariant(
            $"{Path.GetFileName(modelPath)}: keep {options.Keep * 100:0.##} % of the FLOPs in blocks of {options.Block}"));
        console.WriteLine(FormattableString.Invariant(
            $"{images.CalibrationCount:N0} calibration images, {images.TestCount:N0} test images"));
        console.WriteLine(NetworkWords.Classes(images.Classes));
        var result = Steps(display => Work(modelPath, images, display, cancel));
        console.WriteLine(NetworkWords.Preprocessing(result.Report.Preprocessing));
        if (options.JsonPath is not null)
        {
            ResultJson.Write(options.JsonPath, result);
        }

        files.Write(result.Report);
        new ResultReport(console, options).Write(result);
        console.WriteLine($"All layers' figures: {files.MarkdownPath} and {files.JsonPath}");
        return result;
    }

    private T Steps<T>(Func<IStepDisplay, T> work) =>
        console.Profile.Capabilities.Interactive ? LiveSteps.Run(console, work) : LineSteps.Run(console.WriteLine, work);

    private QuickstartResult Work(string modelPath, IImageSource images, IStepDisplay display, CancellationToken cancel)
    {
        var fit = new PipelineFit(_context, images, options, modelPath);
        using var dense = display.Run("Loading the dense network", () => fit.Fit(keep: 1, progress: null, cancel, out _));
        using var pruned = fit.Fit(options.Keep, new PruneSteps(display, images.CalibrationCount), cancel, out double seconds);
        var denseQuality = Evaluate("Scoring the test images, dense", dense, images, display, cancel);
        var prunedQuality = Evaluate("Scoring the test images, pruned", pruned, images, display, cancel);
        const string timing = "Timing, dense and pruned in turn";
        var latency = new LatencyComparison(_context, options.Seed, TimingBudget).Measure(
            [new(dense.Network, 1), new(pruned.Network, 1), new(dense.Network, Batch), new(pruned.Network, Batch)],
            fraction => display.Report(timing, fraction), cancel);
        display.Report(timing, 1);
        long denseBytes = dense.MeasureBytes();
        long prunedBytes = pruned.Save(options.OutputPath);
        string reloaded = display.Run(
            "Scoring again in a new process", () => ReloadCheck.ScoreInChild(options.OutputPath, options.ImagesFolder, cancel));
        return new QuickstartResult
        {
            Dense = Figures(dense.Network, denseQuality, denseBytes, latency[0], latency[2]),
            Pruned = Figures(pruned.Network, prunedQuality, prunedBytes, latency[1], latency[3]),
            Layers = pruned.Network.Layers,
            Report = pruned.Network.Report!, // a fitted transformer has one
            ReloadIdentical = reloaded == prunedQuality.ScoreHash,
            PeakMemoryBytes = PeakMemory(),
            CalibrationSeconds = seconds,
        };
    }

    private Evaluation Evaluate(string step, FittedModel model, IImageSource images, IStepDisplay display, CancellationToken cancel)
    {
        int done = 0;
        display.Report(step, done, images.TestCount, "images");
        return Evaluation.Of(
            _context, model.Pipeline, images.Test, () => display.Report(step, ++done, images.TestCount, "images"), cancel);
    }

    private static ModelFigures Figures(SparseViTTransformer network, Evaluation quality, long bytes, Latency batch1, Latency batch32) =>
        new() { Top1 = quality.Top1, Bytes = bytes, MultiplyAdds = network.MultiplyAdds, Batch1 = batch1, Batch32 = batch32 };

    private static long PeakMemory()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
