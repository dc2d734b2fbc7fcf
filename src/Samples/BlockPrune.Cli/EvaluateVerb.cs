using System.CommandLine;
using FashionMnist;
using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary><c>blockprune evaluate</c>: how models do on images that calibrated none of them, beside each other.</summary>
internal sealed class EvaluateVerb
{
    private const string DenseName = "dense";

    private readonly CliOutput _output;
    private readonly CommonOptions _common = new();
    private readonly Argument<string[]> _models = new("model")
    {
        Description = $"{ModelFile.AnyForm}; of several each has a column",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _dense = new("--dense")
    {
        Description = "The network before pruning, to compare with; --bundled takes the bundled one where it is that",
        HelpName = "PATH",
    };

    private EvaluateVerb(CliOutput output) => _output = output;

    public static Command Create(CliOutput output) => new EvaluateVerb(output).Create();

    private Command Create()
    {
        var verb = new Command(
            "evaluate",
            "Scores the test images, four fifths of a folder's, those that prune does not calibrate with: top-1, by class, and what was "
            + "taken for what.")
        {
            _models, _dense, _common.Bundled, _common.ClassOrder, _common.NumHeads, _common.ImageSize, _common.ApplyOrientation,
            _common.Json,
        };
        _common.Images.AddTo(verb);
        return verb.Does(_output, Run);
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var context = new MLContext(seed: 1);
        using var models = ModelSet.Open(context, parsed.GetRequiredValue(_models), _common.CheckpointOf(parsed), _output);
        OpenModel[] columns = [.. models];
        var first = columns[0];
        foreach (var model in columns)
        {
            _common.Images.Apply(parsed, model.Network);
            model.Orient(parsed.GetValue(_common.ApplyOrientation) || model.Network.ApplyOrientation);
        }

        if (DenseOf(parsed, context, models) is { } dense)
        {
            // It is given what the pruned one is given; config.json says nothing of either.
            dense.Orient(first.Network.ApplyOrientation);
            dense.Network.MaximumPixels = first.Network.MaximumPixels;
            columns = [dense, .. columns];
        }

        ModelSet.SayNotes(columns, _output);
        var order = parsed.GetValue(_common.ClassOrder);
        int[][] alignments = [.. columns.Select(model => ClassAlignment.Of(model, first))];
        var images = _common.Images.Open(
            parsed, context, parsed.GetValue(_common.Bundled), first.Classes(context, order), _output, ImageUse.Test,
            columns.Min(model => model.Network.MaximumPixels), cancel);
        var rows = images.Preparation.Fit(images.Calibration).Transform(images.Test);
        int[] labels = Answers.Labels(rows);
        int[][] answers = _output.Steps(display => columns.Select(
            model => Answers.Of($"Scoring {model.Name}", model.Network, rows, images.TestCount, display, cancel)).ToArray());
        var figures = new Evaluation(labels, images.Classes.Count);
        foreach (var (model, slots, own) in columns.Zip(alignments, answers))
        {
            figures.Add(model, [.. own.Select(slot => slots[slot])]);
        }

        new EvaluateAnswer(_output, images, figures, figures.Models.Single(one => one.Model == first))
            .Write(parsed.GetValue(_common.Json));
        return 0;
    }

    /// <summary>The network before pruning where the command line names it, opened; else null.</summary>
    private OpenModel? DenseOf(ParseResult parsed, MLContext context, ModelSet models)
    {
        if (parsed.GetValue(_dense) is { } path)
        {
            return models.Add(context, path, DenseName);
        }

        if (!parsed.GetValue(_common.Bundled) || _common.Images.AreGiven(parsed) || models.Any(model => model.IsDense))
        {
            return null;
        }

        var (network, bundled) = (models[0].Network, models.Add(context, FashionMnistData.NetworkPath, DenseName));
        return (network.Network.ImageDim, network.Network.NumClasses, network.DenseMultiplyAdds)
            == (bundled.Network.Network.ImageDim, bundled.Network.Network.NumClasses, bundled.Network.DenseMultiplyAdds)
            ? bundled
            : null;
    }
}
