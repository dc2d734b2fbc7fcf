using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace BlockPrune.Cli;

/// <summary><c>blockprune prune</c>: one pruned model.</summary>
internal static class PruneVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var budget = new BudgetOptions();
        var method = new MethodOptions();
        var block = CommonOptions.One("--block", "Block, height x width", new BlockShape(16, 16), CommonOptions.ReadBlock);
        var criterion = CommonOptions.Choice("--criterion", CommonOptions.CriterionDescription, PruneCriterion.ObsPath);
        var refit = CommonOptions.Choice("--refit", CommonOptions.RefitDescription, PruneRefit.Reconstruction);
        var save = new Option<string>("--output")
        {
            Description = "The pipeline to save",
            HelpName = "FILE.zip",
            DefaultValueFactory = _ => "pruned.zip",
        }.EndsIn(ModelFile.Extension, ModelFile.Content);
        var heldOut = new HeldOutOption();
        var epochs = CommonOptions.One(
            "--fine-tune-epochs", "Epochs of training after the refit, with the dense network as teacher", 0, CommonOptions.ReadCount);
        var checkpoint = new Option<string?>("--checkpoint")
        {
            Description = "Keeps finished stages there until the model is saved, so that the same command goes on after a kill",
            HelpName = "FOLDER",
        };
        var report = ReportFiles.Option();
        var dry = new Option<bool>("--dry-run")
        {
            Description = "Prunes and writes nothing: shows the dense network's top-1 and cost, the least that can be kept, and the time "
                + "and memory to expect",
        };
        var limit = ValidationRows.Option();
        var verb = new Command("prune", "Prunes a network and saves the pipeline that scores it.")
        {
            common.Model, common.Bundled, block, criterion, refit, epochs, heldOut.Option, save, report, limit, dry, checkpoint,
            common.NumHeads, common.ImageSize, common.ApplyOrientation, common.ClassOrder, common.Seed, common.Json,
        };
        budget.AddTo(verb);
        method.AddTo(verb);
        common.Images.AddTo(verb);
        return verb.Does(output, (parsed, cancel) =>
        {
            var asked = budget.Of(parsed);
            string target = parsed.GetRequiredValue(save);
            bool isDry = parsed.GetValue(dry), isTested = isDry && common.Images.AreTested(parsed);
            if (!isDry)
            {
                AtomicFile.RequireWritable(target);
                ReportFiles.RequireWritable(parsed.GetValue(report));
            }

            var context = new MLContext(parsed.GetValue(common.Seed));
            string modelPath = common.ModelOf(parsed);
            var use = method.CalibrationOf(parsed) | (isTested ? ImageUse.AnyTest
                : isDry || parsed.GetValue(report) is null ? ImageUse.None : ImageUse.Test);
            var images = common.ImagesOf(parsed, context, output, use, cancel);
            var options = new BlockPruneEstimator.Options
            {
                ModelPath = modelPath,
                NumHeads = parsed.GetValue(common.NumHeads),
                ImageSize = parsed.GetValue(common.ImageSize),
                ClassOrder = images.ClassOrder,
                ProbabilityColumnName = CliOutput.Probability,
                Block = parsed.GetValue(block),
                Budget = asked,
                Criterion = parsed.GetValue(criterion),
                Refit = parsed.GetValue(refit),
                ValidationSetFraction = heldOut.Of(parsed, images.CalibrationCount, output),
                ApplyOrientation = parsed.GetValue(common.ApplyOrientation),
                MaximumPixels = common.MaximumPixelsOf(parsed),
                CheckpointFolder = isDry ? null : parsed.GetValue(checkpoint),
                CancellationToken = cancel,
            };
            method.Apply(parsed, options);
            options.FineTuning = parsed.GetValue(epochs) is > 0 and var passes ? new FineTuneOptions { Epochs = passes } : null;
            if (isDry)
            {
                return new DryRun(output, context, images).Run(
                    options, parsed.GetValue(limit), isTested, parsed.GetValue(common.Json));
            }

            var model = output.Steps(display =>
            {
                options.Progress = new PruneSteps(display, images.CalibrationCount);
                return images.Preparation.Append(context.Transforms.PruneBlocks(options)).Fit(images.Calibration);
            });
            using var network = model.LastTransformer;
            context.Model.SavePruned(model, target);
            if (options.CheckpointFolder is { } state)
            {
                PruneCheckpoint.Remove(state);
            }

            long bytes = OutputFile.LengthOf(target);
            if (parsed.GetValue(report) is { } page)
            {
                var test = model.Take(model.Count() - 1).Aggregate(
                    ValidationRows.Of(context, images, parsed.GetValue(limit)), (rows, step) => step.Transform(rows));
                var comparison = output.Steps(display => network.CreateReport(
                    Path.GetFileName(target), test, modelPath, progress: new PruneSteps(display), cancellationToken: cancel,
                    checkpoint: common.CheckpointOf(parsed)));
                ReportFiles.Write(page, comparison, output);
            }

            bool isBundled = !common.Images.AreGiven(parsed) && parsed.GetValue(common.Model) is null;
            Answer(output, network, images, target, bytes, isBundled, parsed.GetValue(common.Json));
            return 0;
        });
    }

    private static void Answer(
        CliOutput output, SparseViTTransformer network, IImageSource images, string path, long bytes, bool isBundled, bool isJson)
    {
        if (isJson)
        {
            output.Json(new
            {
                Path = path,
                FileBytes = bytes,
                network.MultiplyAdds,
                network.DenseMultiplyAdds,
                network.WeightBytes,
                network.DenseWeightBytes,
                Images = images.CalibrationCount,
                Unreadable = images.Unreadable.Count,
                HeldOut = network.Report!.Network.HeldOut is { } comparison
                    ? new
                    {
                        comparison.Images,
                        comparison.Origin,
                        AreTrainingImages = isBundled ? true : (bool?)null,
                        Kl = comparison.KlDivergence,
                        comparison.Top1Agreement,
                    }
                    : null,
                Classes = images.Classes,
                Preprocessing = network.PreprocessingSteps,
                network.Report.Notes,
            });
            return;
        }

        output.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {network.MultiplyAdds / 1e6:F1} of {network.DenseMultiplyAdds / 1e6:F1} M multiply-adds per image, "
            + $"{bytes / 1e6:F2} MB"));
        if (network.Report!.Network.HeldOut is { } heldOut)
        {
            output.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {heldOut.Images} held-out images {heldOut.Origin}: {100 * heldOut.Top1Agreement:F1} % get the dense network's answer, "
                + $"KL divergence {heldOut.KlDivergence:G3} nats"));
            if (isBundled)
            {
                output.Out.WriteLine("  These are training images of the bundled network, which answers them better than the test images.");
            }
        }

        output.Out.WriteLine($"  {NetworkWords.Classes(images.Classes)}");
        output.Out.WriteLine($"  {NetworkWords.Preprocessing(network.PreprocessingSteps)}");

        foreach (string note in network.Report.Notes)
        {
            output.Out.WriteLine($"  {note}");
        }
    }
}
