using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BlockPrune.Cli;

/// <summary><c>blockprune evaluate</c>: how a saved model does on images that did not calibrate it.</summary>
internal static class EvaluateVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var verb = new Command("evaluate", "Scores the test images: four fifths of a folder's, those that prune does not calibrate with.")
        {
            model, common.Bundled, common.Json,
        };
        common.Images.AddTo(verb);
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(seed: 1);
            using var network = ModelFile.Open(context, parsed.GetRequiredValue(model), output);
            common.Images.Apply(parsed, network);
            var images = common.Images.Open(
                parsed, context, parsed.GetValue(common.Bundled), NetworkClasses.Of(network), output, ImageUse.Test,
                network.MaximumPixels, cancel);
            var prepared = images.Preparation.Fit(images.Calibration).Transform(images.Test);
            var scored = output.Steps(display => WatchedScoring.Of(context, network, prepared, images.TestCount, display, cancel));
            var present = scored.GetColumn<uint>(nameof(PixelRow.Label)).Distinct().ToHashSet();
            string[] absent = [.. network.LabelNames.Where((_, slot) => !present.Contains((uint)slot + 1))];
            var metrics = context.MulticlassClassification.Evaluate(scored);
            if (parsed.GetValue(common.Json))
            {
                output.Json(new
                {
                    Images = images.TestCount,
                    Top1 = metrics.MicroAccuracy,
                    metrics.MacroAccuracy,
                    Unreadable = images.Unreadable.Count,
                    images.Classes,
                    ClassesWithoutImages = absent,
                    Preprocessing = network.PreprocessingSteps,
                });
            }
            else
            {
                output.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"top-1 {100 * metrics.MicroAccuracy:F2} %, mean over classes {100 * metrics.MacroAccuracy:F2} %, "
                    + $"{images.TestCount} images"));
                output.Error.WriteLine(NetworkWords.Classes(images.Classes));
                output.Error.WriteLine(NetworkWords.Preprocessing(network.PreprocessingSteps));
                if (absent.Length > 0)
                {
                    output.Error.WriteLine(
                        $"There is no image of {absent.Length} of the {network.LabelNames.Count} classes, which count for nothing.");
                }
            }

            return 0;
        });
    }
}
