using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BlockPrune.Cli;

/// <summary><c>blockprune predict</c>: the class of image files.</summary>
internal static class PredictVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var files = new Argument<string[]>("image") { Description = "Image files", Arity = ArgumentArity.OneOrMore };
        var verb = new Command("predict", "Names the class of each image.")
        {
            model, files, common.Images.Unreadable, common.Json,
        };
        return verb.Does(output, (parsed, cancel) =>
        {
            var context = new MLContext(seed: 1);
            using var network = ModelFile.Open(context, parsed.GetRequiredValue(model));
            var images = Readable(parsed, parsed.GetRequiredValue(files), common, output, cancel);
            var rows = context.Data.LoadFromEnumerable(images);
            var loaded = context.Transforms.LoadImages(nameof(PixelRow.Image), "", nameof(ImageFileRow.ImagePath))
                .Fit(rows).Transform(rows);
            int row = 0;
            foreach (float[] logits in network.Transform(loaded).GetColumn<float[]>("Score"))
            {
                cancel.ThrowIfCancellationRequested();
                Answer(output, images[row++].ImagePath, network.LabelNames, logits, parsed.GetValue(common.Json));
            }

            return 0;
        });
    }

    private static IReadOnlyList<ImageFileRow> Readable(
        ParseResult parsed, string[] paths, CommonOptions common, CliOutput output, CancellationToken cancel)
    {
        var check = new ImageCheck(parsed.GetRequiredValue(common.Images.Unreadable), new SilentSteps(), cancel);
        var images = check.Keep([.. paths.Select(path => new ImageFileRow { ImagePath = path })]);
        if (check.Unreadable.Count > 0)
        {
            output.Error.WriteLine($"Skipped: {ImageCheck.Describe(check.Unreadable)}");
        }

        return images;
    }

    private static void Answer(CliOutput output, string path, IReadOnlyList<string> classes, float[] logits, bool isJson)
    {
        float[] probabilities = new float[logits.Length];
        TensorPrimitives.SoftMax(logits, probabilities);
        int best = TensorPrimitives.IndexOfMax(logits);
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
