using System.Diagnostics;
using System.Globalization;
using FashionMnist;
using Microsoft.ML.BlockPruning.Benchmarks.Ablation;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.FineTuning;

/// <summary>
/// Prunes the bundled network with its 2,000 calibration images, fine-tunes it with the dense one as its teacher, removed blocks held at
/// zero, and tests it before and after.
/// </summary>
internal sealed class FineTuneRun
{
    private const int StepsPerLine = 50;

    private readonly AblationSubject _subject;
    private readonly CalibrationSet _training;
    private readonly BlockShape _block;
    private readonly FineTuneOptions _options;

    /// <summary>Reads network and images.</summary>
    /// <param name="data">Folder of the training images.</param>
    /// <param name="images">How many of them.</param>
    /// <param name="block">Height x width.</param>
    /// <param name="options">The checkpoint's path is one of each budget with the budget behind it.</param>
    public FineTuneRun(string data, int images, BlockShape block, FineTuneOptions options)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        _subject = AblationSubject.Of(AblationNetwork.Bundled);
        _training = PruningSubject.Normalised(_subject.Weights.Spec, LabelledImages.Read(data, FashionMnistData.TrainingPrefix), images);
        (_block, _options) = (block, options);
    }

    /// <summary>A row for each budget, written as soon as it is there.</summary>
    public int Run(double[] keeps, FileInfo? json, FileInfo? ablation)
    {
        var table = ablation is null ? null : new AblationTable(ablation);
        var rows = new List<FineTuneRow>();
        foreach (double keep in keeps)
        {
            var (row, ablated) = Run(keep);
            rows.Add(row);
            table?.Add(ablated);
            if (json is not null)
            {
                ResultFile.Write(json.FullName, Environment.ProcessorCount, rows);
            }
        }

        return 0;
    }

    private (FineTuneRow Row, AblationRow Ablated) Run(double keep)
    {
        var spec = _subject.Weights.Spec;
        var settings = PruningSubject.Settings(spec, _block, keep);
        var pruned = new BlockPruner(PruneMethods.Of(new PruneRequest())).Prune(_subject.Weights, _subject.Calibration, settings, _ => { });
        double oneShot = _subject.Judge(pruned.Weights).Top1;
        Say($"dense {_subject.DenseTop1:F2} %, pruned to {keep} without fine-tuning {oneShot:F2} %");

        var options = OptionsFor(keep);
        var clock = Stopwatch.StartNew();
        var tuned = new FineTuner(options).Run(
            pruned.Dense, pruned.Weights, pruned.Plan, _training, validation: null, step => Report(step, clock));
        double seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        var (top1, kl) = _subject.Judge(tuned);
        Say($"fine-tuned {options.Epochs} epochs of {_training.Count} images: {top1:F2} %, {seconds} s");

        var cost = new NetworkCost(spec);
        double kept = (double)cost.MultiplyAdds(linear => pruned.Plan[linear.Name]!.KeptElements) / cost.TotalMultiplyAdds;
        var row = new FineTuneRow(
            AblationNetworks.NameOf(AblationNetwork.Bundled), keep, _block.ToString(), FineTuned: true, top1 / 100,
            _subject.DenseTop1 / 100, oneShot / 100, options.Epochs, seconds, _training.Count, options.LearningRate, options.LabelWeight,
            options.Precision.ToString());
        return (row, new AblationRow(
            row.Network, 1, nameof(AblationMethod.Default), keep, row.Block, row.FineTuned, Math.Round(top1, 2),
            Math.Round(_subject.DenseTop1, 2), Math.Round(kl, 5), Math.Round(kept, 5)));
    }

    // A state is of one pruned network.
    private FineTuneOptions OptionsFor(double keep)
    {
        var options = _options.Copy();
        options.CheckpointPath = _options.CheckpointPath is { } path ? FormattableString.Invariant($"{path}.{keep}") : null;
        return options;
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
