using System.Diagnostics;
using System.Globalization;
using FashionMnist;
using Microsoft.ML.BlockPruning.Benchmarks.Ablation;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.FineTuning;

/// <summary>Prunes the bundled network with its 2,000 calibration images, fine-tunes it, and tests it before and after.</summary>
internal static class FineTuneRun
{
    private const int StepsPerLine = 50;

    public static int Run(
        string data, double keep, BlockShape block, int images, FineTuneOptions options, FileInfo? json, FileInfo? ablation)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        var subject = AblationSubject.Of(AblationNetwork.Bundled);
        var spec = subject.Weights.Spec;
        var training = PruningSubject.Normalised(spec, LabelledImages.Read(data, FashionMnistData.TrainingPrefix), images);
        var pruned = new BlockPruner().Prune(subject.Weights, subject.Calibration, PruningSubject.Settings(spec, block, keep), _ => { });
        double oneShot = subject.Judge(pruned.Weights).Top1;
        Say($"dense {subject.DenseTop1:F2} %, pruned to {keep} without fine-tuning {oneShot:F2} %");

        var clock = Stopwatch.StartNew();
        var tuned = new FineTuner(options).Run(
            subject.Weights, pruned.Weights, pruned.Plan, training, validation: null, step => Report(step, clock));
        double seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        var (top1, kl) = subject.Judge(tuned);
        var row = new FineTuneRow(
            "bundled", keep, block.ToString(), FineTuned: true, top1 / 100, subject.DenseTop1 / 100, oneShot / 100, options.Epochs,
            seconds, training.Count, options.LearningRate, options.LabelWeight, options.Precision.ToString());
        Say($"fine-tuned {options.Epochs} epochs of {training.Count} images: {top1:F2} %, {seconds} s");
        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, [row]);
        }

        if (ablation is not null)
        {
            var cost = new NetworkCost(spec);
            new AblationTable(ablation).Add(new AblationRow(
                row.Network, 1, nameof(AblationMethod.Default), keep, row.Block, row.FineTuned, Math.Round(top1, 2),
                Math.Round(subject.DenseTop1, 2), Math.Round(kl, 5),
                Math.Round((double)cost.MultiplyAdds(linear => pruned.Plan[linear.Name]!.KeptElements) / cost.TotalMultiplyAdds, 5)));
        }

        return 0;
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
