using System.CommandLine;
using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary><c>blockprune predict</c>: the class of image files.</summary>
internal sealed class PredictVerb
{
    private readonly CliOutput _output;
    private readonly CommonOptions _common = new();
    private readonly Argument<string> _model = new("model") { Description = ModelFile.AnyForm };
    private readonly Argument<string[]> _files = new("image")
    {
        Description = "Image files; none: the test images of the folder, table or IDX files that the options name",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<int> _top = CommonOptions.One(
        "--top", "Names so many classes of each image, the best first", 1, CommonOptions.ReadPositive);

    private PredictVerb(CliOutput output) => _output = output;

    public static Command Create(CliOutput output) => new PredictVerb(output).Create();

    private Command Create()
    {
        var verb = new Command("predict", "Names the class of each image, and whether it is right where the image's folder tells.")
        {
            _model, _files, _top, _common.Bundled, _common.ClassOrder, _common.NumHeads, _common.ImageSize,
            _common.ApplyOrientation, _common.JsonLines,
        };
        _common.Images.AddTo(verb);
        return verb.Does(_output, Run);
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var context = new MLContext(seed: 1);
        using var models = ModelSet.Open(context, [parsed.GetRequiredValue(_model)], _common.CheckpointOf(parsed), _output);
        ModelSet.SayNotes(models, _output);
        var network = models[0].Network;
        _common.Images.Apply(parsed, network);
        models[0].Orient(parsed.GetValue(_common.ApplyOrientation) || network.ApplyOrientation);
        var classes = models[0].Classes(context, parsed.GetValue(_common.ClassOrder));
        string[] paths = parsed.GetRequiredValue(_files);
        var images = paths.Length > 0
            ? PredictedImages.Of(context, classes, _common.Images.Check(
                parsed, [.. paths.Select(path => new ImageFileRow { ImagePath = path })], _output, network.MaximumPixels, cancel))
            : PredictedImages.Of(_common.Images.Open(
                parsed, context, parsed.GetValue(_common.Bundled), classes, _output, ImageUse.AnyTest, network.MaximumPixels, cancel));
        var answer = new PredictAnswer(_output, images, parsed.GetValue(_top), parsed.GetValue(_common.JsonLines));
        var scored = context.Data.CreateEnumerable<ScoreRow>(network.Transform(images.Rows), reuseRowObject: true);
        _output.Lines(display =>
        {
            foreach (var (row, scores) in scored.Index())
            {
                cancel.ThrowIfCancellationRequested();
                answer.Write(row, scores);
                display.Report("Predicting", row + 1, images.Names.Count, "images");
            }

            return true;
        });
        answer.Summarize();
        return 0;
    }
}
