using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Torch;
using Spectre.Console;
using TorchSharp;

namespace TrainViT;

/// <summary>One run of the program: trains with a progress bar, or with plain lines in a pipe, and writes the network.</summary>
internal static class TrainingSession
{
    public static void Run(TrainingOptions options, CancellationToken cancellation)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(options.Threads);
        Directory.CreateDirectory(options.OutputFolder);
        using var run = new TrainingRun(options);
        if (Console.IsOutputRedirected)
        {
            Train(run, (_, _, _) => { }, TerminalWriter.Of(Console.Out).WriteLine, options, cancellation);
        }
        else
        {
            var console = ConsoleFactory.Create();
            console.Progress().AutoClear(true).Start(context => TrainWithBar(run, console, context, options, cancellation));
        }
    }

    private static void TrainWithBar(
        TrainingRun run, IAnsiConsole console, ProgressContext context, TrainingOptions options, CancellationToken cancellation)
    {
        var bar = context.AddTask("Training", maxValue: (double)options.Epochs * run.StepsPerEpoch);
        Train(
            run,
            (epoch, step, loss) =>
            {
                bar.Value = ((double)epoch * run.StepsPerEpoch) + step;
                bar.Description = string.Create(CultureInfo.InvariantCulture, $"Epoch {epoch + 1}, loss {loss:F4}");
            },
            console.WriteLine,
            options,
            cancellation);
    }

    private static void Train(
        TrainingRun run, Action<int, int, double> onStep, Action<string> writeLine, TrainingOptions options, CancellationToken cancellation)
    {
        var weights = run.Run(
            onStep,
            (epoch, loss, top1, seconds) => writeLine(string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {epoch}/{options.Epochs}: loss {loss:F4}, test top-1 {100 * top1:F2} %, {seconds:F0} s")),
            cancellation);
        string path = Path.Combine(options.OutputFolder, "fashion-vit.safetensors");
        ViTCheckpoint.Save(weights, path);
        NetworkConfigFile.Write(run.Config, options.OutputFolder);
        writeLine(string.Create(CultureInfo.InvariantCulture, $"{path}: test top-1 {100 * run.Evaluate():F2} %"));
    }
}
