using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace BlockPrune.Cli;

/// <summary><c>blockprune prune</c>: one pruned model.</summary>
internal static class PruneVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var keep = CommonOptions.One("--keep", "Fraction of the multiply-adds to keep", 0.5, CommonOptions.ReadKeep);
        var block = CommonOptions.One("--block", "Block, height x width", new BlockShape(16, 16), CommonOptions.ReadBlock);
        var criterion = CommonOptions.Choice("--criterion", "What rates the blocks", PruneCriterion.ObsPath);
        var refit = CommonOptions.Choice("--refit", "How the kept weights make up for the others", PruneRefit.Reconstruction);
        var save = new Option<string>("--output")
        {
            Description = "The pipeline to save",
            HelpName = "FILE.zip",
            DefaultValueFactory = _ => "pruned.zip",
        };
        var verb = new Command("prune", "Prunes a network and saves the pipeline that scores it.")
        {
            common.Model, common.Bundled, keep, block, criterion, refit, save, common.Seed, common.Json,
        };
        common.Images.AddTo(verb);
        return verb.Does(output, (parsed, cancel) =>
        {
            string target = parsed.GetRequiredValue(save);
            OutputFile.RequireWritable(target);
            var context = new MLContext(parsed.GetValue(common.Seed));
            string modelPath = common.ModelOf(parsed);
            var images = common.ImagesOf(parsed, context, output, ImageUse.Calibration, cancel);
            var model = output.Steps(display => images.Preparation.Append(context.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = modelPath,
                Block = parsed.GetValue(block),
                Budget = PruneBudget.Flops(parsed.GetValue(keep)),
                Criterion = parsed.GetValue(criterion),
                Refit = parsed.GetValue(refit),
                Progress = new PruneSteps(display, images.CalibrationCount),
                CancellationToken = cancel,
            })).Fit(images.Calibration));
            using var network = model.LastTransformer;
            long bytes = OutputFile.Write(target, stream => context.Model.Save(model, images.Calibration.Schema, stream));
            Answer(output, network, images, target, bytes, parsed.GetValue(common.Json));
            return 0;
        });
    }

    private static void Answer(
        CliOutput output, SparseViTTransformer network, IImageSource images, string path, long bytes, bool isJson)
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
            });
            return;
        }

        output.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {network.MultiplyAdds / 1e6:F1} of {network.DenseMultiplyAdds / 1e6:F1} M multiply-adds per image, "
            + $"{bytes / 1e6:F2} MB"));
    }
}
