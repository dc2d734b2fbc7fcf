using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs.Resuming;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>
/// One pruning from a request to a network that scores: prune, fine-tune, pack. The one way there is, for <c>Fit</c>, for a trial of a
/// sweep in this process and for one in a child's; <see cref="ReportBuilder"/> tells of it.
/// </summary>
internal sealed class PruneRun
{
    private const int MostFormatImages = 256;

    private readonly PruneRequest _request;
    private readonly IBlockCriterion _criterion;
    private readonly PruneMethod _method;
    private readonly LayerRules _rules;

    /// <summary>Checks all that needs no network.</summary>
    /// <param name="request">What to do.</param>
    /// <exception cref="ArgumentOutOfRangeException">A choice is none of its enum, or a number is out of its range.</exception>
    /// <exception cref="ArgumentException">Choices contradict each other.</exception>
    public PruneRun(PruneRequest request)
        : this(
            PruneMethods.Checked(request), PruneMethods.BasisOf(request.Basis),
            PruneMethods.CriterionOf(request.Criterion, request.CalibrationLabels))
    {
    }

    /// <summary>A run whose basis and criterion live longer, so that several runs share what it has found.</summary>
    /// <param name="request">What to do; its choices have been checked.</param>
    /// <param name="basis">Of the kind that the request names.</param>
    /// <param name="criterion">Of the kind that the request names.</param>
    public PruneRun(PruneRequest request, INetworkBasis basis, IBlockCriterion criterion)
    {
        _request = request;
        _criterion = criterion;
        _method = PruneMethods.Of(request, basis, criterion);
        _rules = request.LayerRules();
    }

    /// <summary>What takes the times that a budget of latency needs: the clock, unless there is a table already.</summary>
    public Func<NetworkWeights, ImagePreprocessing, LayerGrids, LatencyRequest, Action, LatencyConstraint> MeasureLatency { get; init; } =
        LatencyMeasurement.Measure;

    /// <summary>Where finished stages are kept, so that the same run goes on after a kill; null: nowhere.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Holds layers, blocks, floors and budgets against the network, before any image is read.</summary>
    /// <param name="dense">The network.</param>
    /// <param name="onSample">Called before each sample of a measured time; it may throw to cancel.</param>
    /// <exception cref="ArgumentException">A budget cannot be met, or a rule names a layer that is not there.</exception>
    /// <exception cref="IOException">There can be no checkpoint folder.</exception>
    /// <exception cref="InvalidDataException">The checkpoint folder is of a run with other options, or damaged.</exception>
    public PruneSettings Prepare(DenseModel dense, Action onSample)
    {
        CheckFolder();
        var settings = Resolve(dense, onSample);
        new SparsityAllocator(settings.Constraints, _rules, settings.Latency).CheckBudget(_rules.GridsOf(_rules.LayersOf(dense.Weights)));
        return settings;
    }

    /// <summary>The same, but budgets need not be met.</summary>
    /// <param name="dense">The network.</param>
    /// <param name="onSample">Called before each sample of a measured time; it may throw to cancel.</param>
    /// <exception cref="ArgumentException">A rule names a layer that is not there.</exception>
    public PruneSettings Resolve(DenseModel dense, Action onSample)
    {
        var grids = _rules.GridsOf(_rules.LayersOf(dense.Weights));
        return new PruneSettings
        {
            Layers = _rules,
            Constraints = _request.Budget.Resolve(new NetworkCost(dense.Weights.Spec, _request.WeightFormat), grids),
            Latency = _request.Budget.Latency is { } asked
                ? TimesOf(dense, grids, asked, onSample)
                : null,
            Seed = _request.Seed,
        };
    }

    /// <summary>Prunes, fine-tunes where that is asked for, and packs.</summary>
    /// <param name="dense">The network; not changed.</param>
    /// <param name="settings">Of <see cref="Prepare"/>.</param>
    /// <param name="images">What calibrates; fine-tuning tells its accuracy on the held-out ones, where they have labels.</param>
    /// <param name="onProgress">Called after every batch, strip and step, one call at a time; what it throws ends the run.</param>
    /// <exception cref="ArgumentException">Budgets contradict each other, or the images are of another network.</exception>
    /// <exception cref="ArithmeticException">A weight, activation or loss is not finite.</exception>
    /// <exception cref="InvalidDataException">The checkpoint folder is of another network or of other images, or damaged.</exception>
    public PruneOutcome Run(DenseModel dense, PruneSettings settings, CalibrationImages images, Action<PruneProgress> onProgress)
    {
        using var threads = new TorchThreads(_request.NumberOfTorchThreads ?? _request.Threads);
        var (latest, tell) = (default(PruneProgress), onProgress); // a budget that keeps every block reports no step
        onProgress = step => tell(latest = step);
        var pruned = new BlockPruner(MethodFor(dense, images)).Prune(dense.Weights, images.Calibration, settings, onProgress);
        FineTuneProgress? last = null;
        if (_request.FineTuning is { } fineTuning)
        {
            (pruned, last) = FineTune(fineTuning, dense, pruned, images, onProgress);
        }

        var network = SparseViT.Create(
            pruned.Weights, pruned.Plan, dense.Preprocessing, dense.LabelNames, dense.Weights.Notes, _request.WeightFormat);
        var (formats, kl) = FormatsOf(network, images.Calibration, () =>
        {
            if (latest is not null)
            {
                tell(latest); // the stage is over; who cancels does so here
            }
        });
        return new PruneOutcome(network.With(formats), pruned, settings.Latency, last) { FormatKl = kl };
    }

    // A budget is held against some hundred images that calibrated; they are not among the held-out ones.
    private (LayerFormats Formats, double? Kl) FormatsOf(SparseViT network, CalibrationSet images, Action onStep)
    {
        if (_request.Format.Budget is not { } budget)
        {
            return (new LayerFormats(_request.Format.Format), null);
        }

        int count = Math.Min(MostFormatImages, images.Count);
        return new FormatChoice(network, images.ImagesAt(0, count).ToArray(), _request.Threads, onStep).Within(budget);
    }

    private PruneMethod MethodFor(DenseModel dense, CalibrationImages images)
    {
        if (CheckpointFolder is null)
        {
            return _method;
        }

        var files = new StageFiles(CheckpointFolder, RunIdentity.Of(_request, dense.Weights, images.Calibration));
        var method = PruneMethods.Of(_request, BasisIn(files), new StoredCriterion(_criterion, files));
        return method with
        {
            Selection = new StoredSelection(method.Selection, files),
            Refit = task => method.Refit(task with { Fitted = new StoredLayers(files, task) }),
        };
    }

    // The network's own basis needs no file.
    private INetworkBasis BasisIn(StageFiles files) =>
        _request.Basis == PruneBasis.Original ? _method.Basis : new StoredBasis(_method.Basis, files);

    // Before there is anything to lose: network and images are not known yet.
    private void CheckFolder()
    {
        if (CheckpointFolder is not null)
        {
            _ = new StageFiles(CheckpointFolder, RunIdentity.Of(_request));
            if (_request.FineTuning is { CheckpointPath: null })
            {
                FineTuneState.Check(StageFiles.FineTuningPath(CheckpointFolder));
            }
        }
    }

    private LatencyConstraint TimesOf(DenseModel dense, LayerGrids grids, LatencyRequest asked, Action onSample)
    {
        LatencyConstraint Measure() => MeasureLatency(dense.Weights, dense.Preprocessing, grids, asked, onSample);
        return CheckpointFolder is null
            ? Measure()
            : StoredTimes.Of(
                StageFiles.TimesPath(CheckpointFolder), RunIdentity.Of(_request, dense.Weights.Spec), grids, asked, Measure);
    }

    private FineTuneOptions WithState(FineTuneOptions options)
    {
        var copy = options.Copy();
        copy.CheckpointPath ??= CheckpointFolder is null ? null : StageFiles.FineTuningPath(CheckpointFolder);
        return copy;
    }

    private (PrunedNetwork Pruned, FineTuneProgress? Last) FineTune(
        FineTuneOptions options, DenseModel dense, PrunedNetwork pruned, CalibrationImages images, Action<PruneProgress> onProgress)
    {
        FineTuneProgress? last = null;
        onProgress(new PruneProgress(PruneStage.FineTuning, 0, 0)); // how many steps a state has done is not known yet
        var validation = images.HeldOut?.Labels is null ? null : images.HeldOut; // without labels there is no accuracy to tell
        var weights = new FineTuner(WithState(options), _request.Seed).Run(
            pruned.Dense, pruned.Weights, pruned.Plan, images.Calibration, validation, step =>
            {
                last = new FineTuneProgress(step.Epoch, step.Step, step.TotalSteps, step.Loss, step.ValidationTop1 ?? last?.ValidationTop1);
                onProgress(new PruneProgress(PruneStage.FineTuning, step.Step, step.TotalSteps, validationTop1: step.ValidationTop1));
            });
        return (pruned with { Weights = weights }, last);
    }
}
