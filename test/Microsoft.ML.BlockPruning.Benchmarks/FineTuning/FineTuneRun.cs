using System.Diagnostics;
using System.Globalization;
using FashionMnist;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.BlockPruning.Training.FineTuning;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.FineTuning;

/// <summary>Prunes the bundled network with its 2,000 calibration images, fine-tunes it, and tests it before and after.</summary>
internal static class FineTuneRun
{
    private const int StepsPerLine = 50;

    public static int Run(string data, double keep, BlockShape block, int images, FineTuneOptions options, FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        var subject = PruningSubject.Bundled();
        var config = subject.Weights.Config;
        var training = PruningSubject.Normalised(config, LabelledImages.Read(data, FashionMnistData.TrainingPrefix), images);
        var test = PruningSubject.Normalised(config, FashionMnistData.ReadTest());
        var pruned = new BlockPruner().Prune(subject.Weights, subject.Calibration, PruningSubject.Settings(config, block, keep), _ => { });
        double dense = Top1(subject.Weights, test);
        double oneShot = Top1(pruned.Weights, test);
        Say($"dense {100 * dense:F2} %, pruned to {keep} without fine-tuning {100 * oneShot:F2} %");

        var clock = Stopwatch.StartNew();
        var tuned = new FineTuner(options).Run(
            subject.Weights, pruned.Weights, pruned.Plan, training, validation: null, step => Report(step, clock));
        double seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        var row = new FineTuneRow(
            subject.Description, keep, block.ToString(), FineTuned: true, Top1(tuned, test), dense, oneShot, options.Epochs, seconds,
            training.Count, options.LearningRate, options.LabelWeight, options.Precision.ToString());
        Say($"fine-tuned {options.Epochs} epochs of {training.Count} images: {100 * row.Top1:F2} %, {seconds} s");
        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, [row]);
        }

        return 0;
    }

    private static double Top1(ViTWeights weights, CalibrationSet test)
    {
        using var network = new TorchViT(weights);
        return Top1Accuracy.Of(network, test);
    }

    private static void Report(FineTuneProgress step, Stopwatch clock)
    {
        if (step.Step % StepsPerLine == 0)
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{clock.Elapsed.TotalSeconds,7:F1} s  epoch {step.Epoch}, step {step.Step} of {step.TotalSteps}: loss {step.Loss:F4}"));
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
