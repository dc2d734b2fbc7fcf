using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary><c>blockprune predict</c>: the class of image files.</summary>
internal static class PredictVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var files = new Argument<string[]>("image")
        {
            Description = "Image files; none: the test images of the folder, table or IDX files that the options name",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var verb = new Command("predict", "Names the class of each image.") { model, files, common.Bundled, common.JsonLines };
        common.Images.AddTo(verb);
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(seed: 1);
            using var network = ModelFile.Open(context, parsed.GetRequiredValue(model), output);
            common.Images.Apply(parsed, network);
            string[] paths = parsed.GetRequiredValue(files);
            var (rows, names) = paths.Length > 0
                ? Files(context, common.Images.Check(
                    parsed, [.. paths.Select(path => new ImageFileRow { ImagePath = path })], output, network.MaximumPixels, cancel))
                : TestImages(common.Images.Open(
                    parsed, context, parsed.GetValue(common.Bundled), NetworkClasses.Of(network), output, ImageUse.AnyTest,
                    network.MaximumPixels, cancel));
            int row = 0;
            var scored = context.Data.CreateEnumerable<ScoreRow>(network.Transform(rows), reuseRowObject: true, ignoreMissingColumns: true);
            foreach (var scores in scored)
            {
                cancel.ThrowIfCancellationRequested();
                Answer(output, names[row++], network.LabelNames, scores, parsed.GetValue(common.JsonLines));
            }

            return 0;
        });
    }

    private static (IDataView Rows, IReadOnlyList<string> Names) Files(MLContext context, IReadOnlyList<ImageFileRow> files) =>
        (ImageBytes.Of(context, context.Data.LoadFromEnumerable(files)), [.. files.Select(row => row.ImagePath)]);

    private static (IDataView Rows, IReadOnlyList<string> Names) TestImages(IImageSource images) =>
        (images.Preparation.Fit(images.Calibration).Transform(images.Test), images.TestNames);

    private static void Answer(CliOutput output, string path, IReadOnlyList<string> classes, ScoreRow scores, bool isJson)
    {
        float[] logits = scores.Score, probabilities = scores.Probability;
        int best = TensorPrimitives.IndexOfMax<float>(logits);
        if (probabilities.Length == 0)
        {
            // A model of before there was the column.
            probabilities = new float[logits.Length];
            TensorPrimitives.SoftMax(logits, probabilities);
        }

        if (isJson)
        {
            output.Json(new { Image = path, Label = classes[best], Probability = probabilities[best], Score = logits });
        }
        else
        {
            output.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{path}: {classes[best]} ({100 * probabilities[best]:F1} %)"));
        }
    }
}
