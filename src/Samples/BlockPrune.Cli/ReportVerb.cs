using System.CommandLine;
using FashionMnist;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary><c>blockprune report</c>: a page out of a sweep's journal, a pruned model, or both.</summary>
internal static class ReportVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var journal = new Option<string?>("--journal") { Description = "The journal of a sweep", HelpName = "FILE.jsonl" };
        var model = new Option<string?>("--model") { Description = "A pruned model, such as the sweep's best", HelpName = "FILE.zip" };
        var dense = new Option<string?>("--dense")
        {
            Description = "The network before pruning, to show which answers changed; --bundled takes the bundled one",
            HelpName = "FILE.safetensors",
        };
        var drop = new Option<double>("--max-drop")
        {
            Description = "Accuracy that the recommended trial may lose, as a fraction",
            DefaultValueFactory = _ => 0.01,
        };
        var limit = ValidationRows.Option();
        var references = ReportFiles.References();
        var target = new Option<string>("--output")
        {
            Description = "The page to write; the same as Markdown goes beside it",
            HelpName = "FILE.html",
            DefaultValueFactory = _ => "report.html",
        };
        var verb = new Command("report", "Writes a page to look at: a sweep's trials, a model's layers, the answers that changed.")
        {
            journal, model, dense, common.Bundled, drop, references, limit, target, common.Json,
        };
        common.Images.AddTo(verb);
        return verb.Does(output, (parsed, cancel) =>
        {
            string path = parsed.GetRequiredValue(target);
            ReportFiles.RequireWritable(path);
            var sweep = parsed.GetValue(journal) is { } lines ? SweepJournal.ReadReport(lines, parsed.GetValue(drop)) : null;
            if (parsed.GetValue(references) is { } points)
            {
                sweep = sweep?.WithReferences(points) ?? throw new OptionsException(
                    "--references stands beside the trials of a sweep: give --journal FILE.jsonl too.");
            }

            var pruned = parsed.GetValue(model) is { } zip ? ModelOf(zip) : null;
            var files = (sweep, pruned) switch
            {
                ({ } report, { } one) => ReportFiles.Write(path, report.WithModel(one), output),
                ({ } report, null) => ReportFiles.Write(path, report, output),
                (null, { } one) => ReportFiles.Write(path, one, output),
                _ => throw new OptionsException("A report of what? Give --journal FILE.jsonl of a sweep, --model FILE.zip, or both."),
            };
            if (parsed.GetValue(common.Json))
            {
                output.Json(new
                {
                    Files = files,
                    Trials = sweep?.Trials.Count,
                    Failed = sweep?.Trials.Count(trial => trial.Status == TrialStatus.Failed),
                    Recommended = sweep?.Recommended is { } best ? SweepAnswer.Figures(best) : null,
                    pruned?.HeldOut,
                    pruned?.Classes,
                    pruned?.Preprocessing,
                });
            }
            else
            {
                foreach (string file in files)
                {
                    output.Out.WriteLine(file);
                }
            }

            return 0;

            ModelReport ModelOf(string zip)
            {
                var context = new MLContext(seed: 1);
                using var network = ModelFile.Open(context, zip, output);
                common.Images.Apply(parsed, network);
                string name = Path.GetFileName(zip);
                bool isBundled = parsed.GetValue(common.Bundled);
                if (!common.Images.AreGiven(parsed) && !isBundled)
                {
                    return network.CreateReport(name);
                }

                string densePath = parsed.GetValue(dense) ?? (isBundled ? FashionMnistData.NetworkPath : throw new OptionsException(
                    "Which dense network? Give --dense FILE.safetensors, to compare with its answers; without --images none is needed."));
                var classes = NetworkClasses.Of(network);
                var images = common.Images.Open(
                    parsed, context, isBundled, classes, output, ImageUse.Test, network.MaximumPixels, cancel);
                var test = images.Preparation.Fit(images.Calibration)
                    .Transform(ValidationRows.Of(context, images, parsed.GetValue(limit)));
                return network.CreateReport(name, test, densePath, cancellationToken: cancel);
            }
        });
    }
}
