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
            var output = TextWriter.Synchronized(TerminalWriter.Of(Console.Out)); // lines of steps come from a timer
            LineSteps.Run(output.WriteLine, display => Train(run, display, output.WriteLine, options, cancellation));
        }
        else
        {
            var console = ConsoleFactory.Create();
            LiveSteps.Run(console, display => Train(run, display, console.WriteLine, options, cancellation));
        }
    }

    private static string Train(
        TrainingRun run, IStepDisplay display, Action<string> writeLine, TrainingOptions options, CancellationToken cancellation)
    {
        const string training = "Training";
        double all = (double)options.Epochs * run.StepsPerEpoch;
        display.Report(training, null); // until it is known how many epochs are done
        var weights = run.Run(
            (epoch, step, loss) =>
            {
                double done = ((double)epoch * run.StepsPerEpoch) + step;
                if (done < all)
                {
                    display.Report(training, done / all); // the last epoch is judged yet
                    display.Say(training, string.Create(CultureInfo.InvariantCulture, $"epoch {epoch + 1}, loss {loss:F4}"));
                }
            },
            (epoch, loss, top1, seconds) => writeLine(string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {epoch}/{options.Epochs}: loss {loss:F4}, test top-1 {100 * top1:F2} %, {seconds:F0} s")),
            cancellation);
        string path = Path.Combine(options.OutputFolder, "fashion-vit.safetensors");
        ViTCheckpoint.Save(weights, path);
        NetworkConfigFile.Write(run.Config, options.OutputFolder);
        display.Report(training, 1);
        double answer = display.Run("Scoring the test images", run.Evaluate);
        writeLine(string.Create(CultureInfo.InvariantCulture, $"{path}: test top-1 {100 * answer:F2} %"));
        return path;
    }
}
