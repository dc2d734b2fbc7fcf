using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary><c>blockprune sweep</c>: many prunings side by side.</summary>
internal static class SweepVerb
{
    // Enough to tell two budgets apart by a tenth of a point, and a trial stays a matter of seconds.
    private const int ValidationImages = 2000;

    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var keep = CommonOptions.List("--keep", "Kept fractions of the multiply-adds", [0.7, 0.5, 0.35, 0.25], CommonOptions.ReadKeep);
        var block = CommonOptions.List("--block", "Blocks, height x width", [new BlockShape(16, 16)], CommonOptions.ReadBlock);
        var criterion = CommonOptions.List(
            "--criterion", "What rates the blocks", [PruneCriterion.ObsPath], CommonOptions.ReadChoice<PruneCriterion>);
        var journal = new Option<string?>("--journal") { Description = "Keeps every finished trial, a line each", HelpName = "FILE.jsonl" };
        var resume = CommonOptions.One(
            "--resume", "What becomes of the journal's trials: resume, retry-errored or restart", ResumeMode.Resume,
            CommonOptions.ReadChoice<ResumeMode>);
        var drop = new Option<double>("--max-drop")
        {
            Description = "Accuracy that the recommended trial may lose, as a fraction",
            DefaultValueFactory = _ => 0.01,
        };
        var limit = new Option<int?>("--max-images") { Description = $"Validation images at most (default: {ValidationImages})" };
        var refit = CommonOptions.One(
            "--refit", "How the kept weights make up for the others in the trials", PruneRefit.Feedback,
            CommonOptions.ReadChoice<PruneRefit>);
        var finalRefit = CommonOptions.One(
            "--final-refit", "The refit of the recommended network, which is run once more with it", PruneRefit.Reconstruction,
            CommonOptions.ReadChoice<PruneRefit>);
        var save = new Option<string?>("--output") { Description = "Saves the recommended network", HelpName = "FILE.zip" };
        var verb = new Command("sweep", "Prunes to many budgets and blocks and tells which of them pay.")
        {
            common.Model, common.Images, common.Bundled, keep, block, criterion, refit, finalRefit, journal, resume, drop, limit, save,
            common.Seed, common.Json,
        };
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(parsed.GetValue(common.Seed));
            string modelPath = common.ModelOf(parsed);
            var images = common.ImagesOf(parsed, context);
            if (parsed.GetValue(save) is { } savePath)
            {
                OutputFile.RequireWritable(savePath);
            }

            var preparation = images.Preparation.Fit(images.Calibration);
            var test = context.Data.TakeRows(
                context.Data.ShuffleRows(images.Test, seed: 1), parsed.GetValue(limit) ?? ValidationImages);
            var sweep = context.BlockPruning()
                .CreateSweep(new BlockPruneEstimator.Options { ModelPath = modelPath, Refit = parsed.GetRequiredValue(finalRefit) })
                .SetDataset(preparation.Transform(images.Calibration), preparation.Transform(test))
                .SetSearchSpace(new SparsitySearchSpace
                {
                    Keep = parsed.GetRequiredValue(keep),
                    Block = parsed.GetRequiredValue(block),
                    Criterion = parsed.GetRequiredValue(criterion),
                    Refit = [parsed.GetRequiredValue(refit)],
                })
                .SetMaximumAccuracyDrop(parsed.GetValue(drop));
            if (parsed.GetValue(journal) is { } path)
            {
                sweep.SetJournal(path, parsed.GetRequiredValue(resume));
            }

            var result = output.Steps(display => sweep.SetMonitor(new SweepSteps(display, output)).Run(cancel));
            SweepAnswer.Write(output, result, parsed.GetValue(common.Json));
            if (result.Ending != SweepEnding.Cancelled && result.Recommended is not null && parsed.GetValue(save) is { } target)
            {
                using var network = result.CreateModel(cancel);
                OutputFile.Write(target, stream => context.Model.Save(preparation.Append(network), images.Calibration.Schema, stream));
            }

            if (result.Ending == SweepEnding.Cancelled)
            {
                output.Error.WriteLine($"Cancelled; {result.Trials.Count} finished trials are kept.");
                return Cli.Cancelled;
            }

            return result.Recommended is null ? Cli.Failed : 0;
        });
    }
}
