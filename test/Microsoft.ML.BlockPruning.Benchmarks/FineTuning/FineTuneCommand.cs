using System.CommandLine;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.FineTuning;

/// <summary>The verb <c>finetune</c>: accuracy of the bundled network, pruned and fine-tuned on Fashion-MNIST's training images.</summary>
internal static class FineTuneCommand
{
    private const int MostEpochs = 3;
    private const string DebianFolder = "/usr/share/datasets/fashion-mnist"; // of the package dataset-fashion-mnist
    private static readonly double[] HardBudgets = [0.15, 0.1];

    public static System.CommandLine.Command Create()
    {
        var defaults = new FineTuneOptions();
        var data = Option("--data", "Folder with Fashion-MNIST's four .gz files; the default is Debian's.", DebianFolder);
        var keeps = Option("--keep", "Kept fractions of the multiply-adds.", HardBudgets);
        var block = Option("--block", "Height x width.", "16x16");
        var epochs = Option("--epochs", $"Passes over the training images, at most {MostEpochs}.", 1); // ten minutes on two cores
        var images = Option("--images", "Training images, the first of the file.", 60_000);
        var rate = Option("--learning-rate", "Peak of the learning rate.", defaults.LearningRate);
        var labels = Option("--label-weight", "Weight of the cross entropy with the labels.", defaults.LabelWeight);
        var precision = Option("--precision", "What forward and backward compute in.", FineTunePrecision.Mixed);
        var state = new Option<string?>("--state")
        {
            Description = "Files to resume from and to leave the state in: this name with a dot and the kept fraction.",
        };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to, after every row." };
        var ablation = new Option<FileInfo?>("--ablation") { Description = "Table of eng/bench.sh ablation to add the rows to." };
        keeps.AllowMultipleArgumentsPerToken = true;
        epochs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostEpochs)
            {
                result.AddError($"--epochs must be 1 to {MostEpochs}.");
            }
        });
        var command = new System.CommandLine.Command("finetune", "Measures what fine-tuning brings back.")
        {
            data, keeps, block, epochs, images, rate, labels, precision, state, json, ablation,
        };
        command.SetAction(parsed =>
        {
            var run = new FineTuneRun(
                parsed.GetValue(data)!, parsed.GetValue(images), BlockShape.Parse(parsed.GetValue(block)!),
                new FineTuneOptions
                {
                    Epochs = parsed.GetValue(epochs),
                    LearningRate = parsed.GetValue(rate),
                    LabelWeight = parsed.GetValue(labels),
                    Precision = parsed.GetValue(precision),
                    CheckpointPath = parsed.GetValue(state),
                    Seed = 1,
                });
            return run.Run(parsed.GetValue(keeps)!, parsed.GetValue(json), parsed.GetValue(ablation));
        });
        return command;
    }

    private static Option<T> Option<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
