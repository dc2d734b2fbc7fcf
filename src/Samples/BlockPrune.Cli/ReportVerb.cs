using System.CommandLine;
using FashionMnist;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary><c>blockprune report</c>: a page out of a sweep's journal, a pruned model, or both.</summary>
internal sealed class ReportVerb
{
    private readonly CliOutput _output;
    private readonly CommonOptions _common = new();
    private readonly Option<string?> _journal = new("--journal") { Description = "The journal of a sweep", HelpName = "FILE.jsonl" };
    private readonly Option<string?> _model = new("--model")
    {
        Description = "A pruned model, such as the sweep's best",
        HelpName = "FILE.zip",
    };

    private readonly Option<string?> _dense = new("--dense")
    {
        Description = "The network before pruning, to show which answers changed; --bundled takes the bundled one",
        HelpName = "PATH",
    };

    private readonly Option<double> _drop = CommonOptions.One(
        "--max-drop", "Accuracy that the recommended trial may lose, as a fraction", 0.01, CommonOptions.ReadFraction);

    private readonly Option<int?> _limit = ValidationRows.Option();
    private readonly Option<string?> _references = ReportFiles.References();
    private readonly Option<string> _target = new Option<string>("--output")
    {
        Description = "The page to write; the same as Markdown goes beside it",
        HelpName = "FILE.html",
        DefaultValueFactory = _ => "report.html",
    }.EndsIn(ReportFiles.Extension, ReportFiles.Content);

    private ReportVerb(CliOutput output) => _output = output;

    public static Command Create(CliOutput output) => new ReportVerb(output).Create();

    private Command Create()
    {
        var verb = new Command("report", "Writes a page to look at: a sweep's trials, a model's layers, the answers that changed.")
        {
            _journal, _model, _dense, _common.NumHeads, _common.ImageSize, _common.Bundled, _drop, _references, _limit, _target,
            _common.Json,
        };
        _common.Images.AddTo(verb);
        return verb.Does(_output, Run);
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        string path = parsed.GetRequiredValue(_target);
        ReportFiles.RequireWritable(path);
        var sweep = SweepOf(parsed);
        var pruned = parsed.GetValue(_model) is { } zip ? ModelOf(parsed, zip, cancel) : null;
        var files = (sweep, pruned) switch
        {
            ({ } report, { } one) => ReportFiles.Write(path, report.WithModel(one), _output),
            ({ } report, null) => ReportFiles.Write(path, report, _output),
            (null, { } one) => ReportFiles.Write(path, one, _output),
            _ => throw new OptionsException("A report of what? Give --journal FILE.jsonl of a sweep, --model FILE.zip, or both."),
        };
        Answer(parsed, files, sweep, pruned);
        return 0;
    }

    private SweepReport? SweepOf(ParseResult parsed)
    {
        var sweep = parsed.GetValue(_journal) is { } lines ? SweepJournal.ReadReport(lines, parsed.GetValue(_drop)) : null;
        return parsed.GetValue(_references) is not { } points ? sweep : sweep?.WithReferences(points) ?? throw new OptionsException(
            "--references stands beside the trials of a sweep: give --journal FILE.jsonl too.");
    }

    private ModelReport ModelOf(ParseResult parsed, string zip, CancellationToken cancel)
    {
        var context = new MLContext(seed: 1);
        using var network = ModelFile.OpenPruned(context, zip, _output);
        _common.Images.Apply(parsed, network);
        string name = Path.GetFileName(zip);
        bool isBundled = parsed.GetValue(_common.Bundled);
        if (!_common.Images.AreGiven(parsed) && !isBundled)
        {
            return network.CreateReport(name);
        }

        string densePath = parsed.GetValue(_dense) ?? (isBundled ? FashionMnistData.NetworkPath : throw new OptionsException(
            "Which dense network? Give --dense PATH, to compare with its answers; without --images none is needed."));
        var classes = NetworkClasses.Of(network);
        var images = _common.Images.Open(
            parsed, context, isBundled, classes, _output, ImageUse.Test, network.MaximumPixels, cancel);
        var test = images.Preparation.Fit(images.Calibration)
            .Transform(ValidationRows.Of(context, images, parsed.GetValue(_limit)));
        return _output.Steps(display => network.CreateReport(
            name, test, densePath, progress: new PruneSteps(display), cancellationToken: cancel,
            checkpoint: _common.CheckpointOf(parsed)));
    }

    private void Answer(ParseResult parsed, IReadOnlyList<string> files, SweepReport? sweep, ModelReport? pruned)
    {
        if (parsed.GetValue(_common.Json))
        {
            _output.Json(new
            {
                Files = files,
                Trials = sweep?.Trials.Count,
                Failed = sweep?.Trials.Count(trial => trial.Status == TrialStatus.Failed),
                Stopped = sweep?.Trials.Count(trial => trial.Status == TrialStatus.Stopped),
                Recommended = sweep?.Recommended is { } best ? SweepAnswer.Figures(best) : null,
                pruned?.HeldOut,
                pruned?.Classes,
                pruned?.Preprocessing,
            });
            return;
        }

        foreach (string file in files)
        {
            _output.Out.WriteLine(file);
        }
    }
}
