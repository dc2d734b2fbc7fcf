using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary><c>blockprune sweep</c>: many prunings side by side.</summary>
internal sealed class SweepVerb
{
    private readonly CliOutput _output;
    private readonly CommonOptions _common = new();
    private readonly SweepOptions _options = new();
    private readonly MethodOptions _method = new();
    private readonly Option<int?> _limit = ValidationRows.Option();
    private readonly Option<int?> _folds = CommonOptions.One<int?>(
        "--folds", "Judges on the calibration images, in so many folds", null, text => CommonOptions.ReadAtLeast(2, text));

    private readonly Option<string?> _save = new Option<string?>("--output")
    {
        Description = "Saves the recommended network",
        HelpName = "FILE.zip",
    }.EndsIn(ModelFile.Extension, ModelFile.Content);

    private readonly Option<string?> _report = ReportFiles.Option();
    private readonly Option<string?> _references = ReportFiles.References();

    private SweepVerb(CliOutput output) => _output = output;

    public static Command Create(CliOutput output) => new SweepVerb(output).Create();

    private Command Create()
    {
        var verb = new Command("sweep", "Prunes to many budgets and blocks and tells which of them pay.")
        {
            _common.Model, _common.Bundled, _limit, _folds, _save, _report, _references, _common.NumHeads,
            _common.ImageSize, _common.ApplyOrientation, _common.ClassOrder,
            _common.Seed, _common.Json,
        };
        _common.Images.AddTo(verb);
        _method.AddTo(verb);
        foreach (var option in _options.All)
        {
            verb.Add(option);
        }

        return verb.Does(_output, Run);
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        int seed = parsed.GetValue(_common.Seed);
        var context = new MLContext(seed);
        string modelPath = _common.ModelOf(parsed);
        var sweep = SweepOf(parsed, context, modelPath);
        _options.Apply(parsed, sweep, seed);
        if (parsed.GetValue(_folds) is not null && parsed.GetValue(_limit) is not null)
        {
            throw new OptionsException("--folds judges on the calibration images, so that --max-images limits nothing: give one.");
        }

        var images = _common.ImagesOf(parsed, context, _output, UseOf(parsed), cancel);
        RequireFiles(parsed);
        var preparation = images.Preparation.Fit(images.Calibration);
        var test = preparation.Transform(ValidationRows.Of(context, images, parsed.GetValue(_limit)));
        var calibration = preparation.Transform(images.Calibration);
        _ = parsed.GetValue(_folds) is { } count ? sweep.SetDataset(calibration, count) : sweep.SetDataset(calibration, test);

        var result = SweepSteps.Run(_output, monitor => sweep.SetMonitor(monitor).Run(cancel));
        SweepAnswer.Write(_output, result, images.Classes, parsed.GetValue(_common.Json));
        if (parsed.GetValue(_folds) is not null && !_common.Images.AreGiven(parsed) && parsed.GetValue(_common.Model) is null)
        {
            _output.Error.WriteLine("The bundled calibration images are training images of the bundled network.");
        }

        var page = Save(
            parsed, result,
            network => context.Model.SavePruned(network, parsed.GetValue(_save)!),
            network => _output.Steps(display => network.CreateReport(
                NameOf(result), test, modelPath, progress: new PruneSteps(display), cancellationToken: cancel,
                checkpoint: _common.CheckpointOf(parsed))),
            cancel);
        return EndOf(parsed, result, page);
    }

    // Folds judge on the calibration images; a report shows answers to test images.
    private ImageUse UseOf(ParseResult parsed) => parsed.GetValue(_folds) is null
        ? _method.CalibrationOf(parsed) | ImageUse.Test
        : parsed.GetValue(_report) is null ? ImageUse.Calibration : ImageUse.Both;

    private SparsitySweep SweepOf(ParseResult parsed, MLContext context, string modelPath)
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = modelPath,
            NumHeads = parsed.GetValue(_common.NumHeads),
            ImageSize = parsed.GetValue(_common.ImageSize),
            Refit = _options.FinalRefitOf(parsed),
            ApplyOrientation = parsed.GetValue(_common.ApplyOrientation),
            MaximumPixels = _common.MaximumPixelsOf(parsed),
            ClassOrder = parsed.GetValue(_common.ClassOrder),
            ProbabilityColumnName = CliOutput.Probability,
        };
        _method.Apply(parsed, options);
        return context.BlockPruning().CreateSweep(options);
    }

    // Before hours of work are spent on files that cannot be written, or are not there.
    private void RequireFiles(ParseResult parsed)
    {
        if (parsed.GetValue(_save) is { } savePath)
        {
            AtomicFile.RequireWritable(savePath);
        }

        ReportFiles.RequireWritable(parsed.GetValue(_report));
        if (parsed.GetValue(_references) is not { } points)
        {
            return;
        }

        if (parsed.GetValue(_report) is null)
        {
            throw new OptionsException("--references stands in a report: give --report FILE.html too.");
        }

        RegularFile.Open(points).Dispose();
    }

    /// <summary>Saves the recommended network where that is asked for; gives the sweep's page, with the model if one is made.</summary>
    private SweepReport Save(
        ParseResult parsed, SweepResult result, Action<SparseViTTransformer> save,
        Func<SparseViTTransformer, ModelReport> describe, CancellationToken cancel)
    {
        var page = result.CreateReport();
        bool isWanted = (parsed.GetValue(_save) ?? parsed.GetValue(_report)) is not null;
        if (!isWanted || result.Ending == SweepEnding.Cancelled || result.Recommended is null)
        {
            return page;
        }

        using var network = result.CreateModel(cancel);
        if (parsed.GetValue(_save) is not null)
        {
            save(network);
        }

        return parsed.GetValue(_report) is null ? page : page.WithModel(describe(network));
    }

    // Last: trials and model are safe, should the points be of another network.
    private int EndOf(ParseResult parsed, SweepResult result, SweepReport page)
    {
        page = parsed.GetValue(_references) is { } file ? page.WithReferences(file) : page;
        ReportFiles.Write(parsed.GetValue(_report), page, _output);
        if (result.Ending == SweepEnding.Cancelled)
        {
            _output.Error.WriteLine($"Cancelled; {result.Trials.Count} finished trials are kept.");
            return CommandShell.Cancelled;
        }

        return result.Recommended is null ? CommandShell.Failed : 0;
    }

    // As the trials are called, with the refit that the model really has.
    private static string NameOf(SweepResult result)
    {
        var trial = result.Final is { Status: TrialStatus.Completed } final ? final : result.Recommended!;
        return string.Create(CultureInfo.InvariantCulture, $"keep {trial.Keep}, block {trial.Block}, {trial.Criterion}, {trial.Refit}");
    }
}
