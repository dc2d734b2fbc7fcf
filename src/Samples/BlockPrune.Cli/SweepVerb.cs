using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary><c>blockprune sweep</c>: many prunings side by side.</summary>
internal static class SweepVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var options = new SweepOptions();
        var limit = ValidationRows.Option();
        var folds = CommonOptions.One<int?>(
            "--folds", "Judges on the calibration images, in so many folds", null, text => CommonOptions.ReadAtLeast(2, text));
        var save = new Option<string?>("--output") { Description = "Saves the recommended network", HelpName = "FILE.zip" };
        var report = ReportFiles.Option();
        var references = ReportFiles.References();
        var verb = new Command("sweep", "Prunes to many budgets and blocks and tells which of them pay.")
        {
            common.Model, common.Bundled, limit, folds, save, report, references, common.ApplyOrientation, common.ClassOrder, common.Seed,
            common.Json,
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
            var sweep = context.BlockPruning()
                .CreateSweep(new BlockPruneEstimator.Options
                {
                    ModelPath = modelPath,
                    Refit = options.FinalRefitOf(parsed),
                    ApplyOrientation = parsed.GetValue(common.ApplyOrientation),
                    MaximumPixels = common.MaximumPixelsOf(parsed),
                    ClassOrder = parsed.GetValue(common.ClassOrder),
                    ProbabilityColumnName = CliOutput.Probability,
                });
            options.Apply(parsed, sweep, seed);
            if (parsed.GetValue(folds) is not null && parsed.GetValue(limit) is not null)
            {
                throw new OptionsException("--folds judges on the calibration images, so that --max-images limits nothing: give one.");
            }

            var images = common.ImagesOf(parsed, context, output, ImageUse.Both, cancel);
            if (parsed.GetValue(save) is { } savePath)
            {
                AtomicFile.RequireWritable(savePath);
            }

            ReportFiles.RequireWritable(parsed.GetValue(report));
            if (parsed.GetValue(references) is { } points)
            {
                if (parsed.GetValue(report) is null)
                {
                    throw new OptionsException("--references stands in a report: give --report FILE.html too.");
                }

                RegularFile.Open(points).Dispose(); // says that it is not there before hours of work
            }

            var preparation = images.Preparation.Fit(images.Calibration);
            var test = preparation.Transform(ValidationRows.Of(context, images, parsed.GetValue(limit)));
            var calibration = preparation.Transform(images.Calibration);
            if (parsed.GetValue(folds) is { } count)
            {
                sweep.SetDataset(calibration, count);
            }
            else
            {
                sweep.SetDataset(calibration, test);
            }

            var result = output.Steps(display => sweep.SetMonitor(new SweepSteps(display, output)).Run(cancel));
            SweepAnswer.Write(output, result, images.Classes, parsed.GetValue(common.Json));
            if (parsed.GetValue(folds) is not null && !common.Images.AreGiven(parsed) && parsed.GetValue(common.Model) is null)
            {
                output.Error.WriteLine("The bundled calibration images are training images of the bundled network.");
            }

            var page = result.CreateReport();
            if (result.Ending != SweepEnding.Cancelled && result.Recommended is not null
                && (parsed.GetValue(save) ?? parsed.GetValue(report)) is not null)
            {
                using var network = result.CreateModel(cancel);
                if (parsed.GetValue(save) is { } target)
                {
                    context.Model.SaveAtomically(preparation.Append(network), images.Calibration.Schema, target);
                }

                if (parsed.GetValue(report) is not null)
                {
                    page = page.WithModel(network.CreateReport(NameOf(result), test, modelPath, cancellationToken: cancel));
                }
            }

            // Last: trials and model are safe, should the points be of another network.
            page = parsed.GetValue(references) is { } file ? page.WithReferences(file) : page;
            ReportFiles.Write(parsed.GetValue(report), page, output);
            if (result.Ending == SweepEnding.Cancelled)
            {
                output.Error.WriteLine($"Cancelled; {result.Trials.Count} finished trials are kept.");
                return CommandShell.Cancelled;
            }

            return result.Recommended is null ? CommandShell.Failed : 0;
        });
    }

    // As the trials are called, with the refit that the model really has.
    private static string NameOf(SweepResult result)
    {
        var trial = result.Final is { Status: TrialStatus.Completed } final ? final : result.Recommended!;
        return string.Create(CultureInfo.InvariantCulture, $"keep {trial.Keep}, block {trial.Block}, {trial.Criterion}, {trial.Refit}");
    }
}
