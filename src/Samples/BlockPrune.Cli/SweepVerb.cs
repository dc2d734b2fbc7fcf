using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
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
        var options = new SweepOptions();
        var limit = new Option<int?>("--max-images") { Description = $"Validation images at most (default: {ValidationImages})" };
        var folds = new Option<int?>("--folds") { Description = "Judges on the calibration images, in so many folds" };
        var save = new Option<string?>("--output") { Description = "Saves the recommended network", HelpName = "FILE.zip" };
        var verb = new Command("sweep", "Prunes to many budgets and blocks and tells which of them pay.")
        {
            common.Model, common.Bundled, limit, folds, save, common.Seed, common.Json,
        };
        common.Images.AddTo(verb);
        foreach (var option in options.All)
        {
            verb.Add(option);
        }

        return verb.Does(output, (parsed, cancel) =>
        {
            int seed = parsed.GetValue(common.Seed);
            var context = new MLContext(seed);
            string modelPath = common.ModelOf(parsed);
            var images = common.ImagesOf(parsed, context, output, ImageUse.Both, cancel);
            if (parsed.GetValue(save) is { } savePath)
            {
                OutputFile.RequireWritable(savePath);
            }

            var preparation = images.Preparation.Fit(images.Calibration);
            var calibration = preparation.Transform(images.Calibration);
            var sweep = context.BlockPruning()
                .CreateSweep(new BlockPruneEstimator.Options { ModelPath = modelPath, Refit = options.FinalRefitOf(parsed) });
            options.Apply(parsed, sweep, seed);
            if (parsed.GetValue(folds) is { } count)
            {
                if (parsed.GetValue(limit) is not null)
                {
                    throw new ArgumentException("--folds judges on the calibration images, so that --max-images limits nothing: give one.");
                }

                sweep.SetDataset(calibration, count);
            }
            else
            {
                sweep.SetDataset(calibration, preparation.Transform(context.Data.TakeRows(
                    context.Data.ShuffleRows(images.Test, seed: 1), parsed.GetValue(limit) ?? ValidationImages)));
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
