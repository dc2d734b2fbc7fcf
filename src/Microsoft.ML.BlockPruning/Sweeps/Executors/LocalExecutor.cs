using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>
/// Runs trials in this process. Each block and criterion is calibrated once for each number of images, and each block timed once where the
/// budget is one of time; further trials allocate and refit.
/// </summary>
internal sealed class LocalExecutor : ITrialExecutor
{
    private readonly SweepSubject _subject;
    private readonly DenseModel _dense;
    private readonly PruneRequest _shared;
    private readonly int[] _labels;
    private readonly Dictionary<RatedFamily, IBlockCriterion> _remembered = [];
    private readonly Dictionary<(BlockShape Block, int? Images), INetworkBasis> _bases = [];
    private readonly Dictionary<BlockShape, LatencyTable> _tables = [];
    private readonly Dictionary<int, CalibrationSet> _parts = [];

    // Scored when it is first asked for: who prunes without judging needs none of it.
    private readonly Lazy<float[]> _denseLogits;

    /// <summary>Checks the subject.</summary>
    /// <param name="subject">The network and the images.</param>
    /// <param name="shared">What all trials share.</param>
    /// <param name="cancellationToken">Ends the scoring of the dense network within one batch.</param>
    /// <exception cref="ArgumentException">The validation images have no labels.</exception>
    public LocalExecutor(SweepSubject subject, PruneRequest shared, CancellationToken cancellationToken)
    {
        _labels = subject.Validation.Labels
            ?? throw new ArgumentException("The validation images of a sweep need labels: trials are judged by top-1.", nameof(subject));
        _subject = subject;
        _dense = subject.Model;
        _shared = shared with { Seed = subject.Seed, NumberOfThreads = subject.Threads };
        _denseLogits = new Lazy<float[]>(() =>
        {
            using var dense = SessionOf(_dense.ToNetwork());
            return LogitsOf(dense, cancellationToken);
        });
    }

    /// <summary>Where ratings of the dense network lie that other processes read too; null: this one keeps its own.</summary>
    public SharedRatings? Ratings { get; init; }

    public double DenseTop1 => Fidelity.Top1(_denseLogits.Value, _labels);

    public int CalibrationImages => _subject.Calibration.Count;

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        var clock = new StageClock();
        var made = Make(trial, clock, onProgress, cancellationToken);
        using var session = SessionOf(made.Network);
        float[] logits = LogitsOf(session, cancellationToken);
        var fidelity = Fidelity.Of(_denseLogits.Value, logits, session.Spec.NumClasses);
        var result = new TrialResult
        {
            Keep = trial.Keep,
            Block = trial.Block,
            Criterion = trial.Criterion,
            Refit = trial.Refit,
            FineTuneEpochs = trial.FineTuneEpochs,
            CalibrationImages = trial.CalibrationImages,
            Status = TrialStatus.Completed,
            Top1 = Fidelity.Top1(logits, _labels),
            Top1Agreement = fidelity.Top1Agreement,
            Top1StandardError = Fidelity.Top1StandardError(_denseLogits.Value, logits, _labels),
            Kl = double.IsFinite(fidelity.Kl)
                ? fidelity.Kl : throw new ArithmeticException("A logit of the pruned or of the dense network is not finite."),
            ImageKl = ImageSample.Of(fidelity.KlOfImages),
            MultiplyAdds = made.Network.MultiplyAdds,
            Bytes = made.Network.WeightBytes,
            Milliseconds = LatencyProbe.NetworkMilliseconds([session], batchSize: 1, ProbeEffort.Report)[0],
            Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds,
        };
        clock.Lap("Measuring");
        return new TrialOutcome(result, made.Network, ReportOf(trial, made, result, DenseTop1, session.Kernel.Name, clock));
    }

    /// <summary>Prunes as a trial did, without judging again.</summary>
    /// <param name="judged">The trial, completed.</param>
    /// <param name="denseTop1">Fraction of the validation images, in [0, 1], whose class the dense network finds.</param>
    /// <param name="cancellationToken">Ends it within one batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public TrialModel Prune(TrialResult judged, double denseTop1, CancellationToken cancellationToken)
    {
        var clock = new StageClock();
        var made = Make(judged.Trial, clock, _ => { }, cancellationToken);
        using var session = SessionOf(made.Network);
        return new TrialModel(made.Network, ReportOf(judged.Trial, made, judged, denseTop1, session.Kernel.Name, clock));
    }

    public void Dispose()
    {
        // Nothing outlives a trial but memory.
    }

    private PruneOutcome Make(Trial trial, StageClock clock, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        var run = new PruneRun(TrialRequest.Of(_shared, trial), BasisOf(trial), CriterionOf(trial))
        {
            MeasureLatency = (weights, preprocessing, grids, asked, onSample) =>
                ConstraintOf(trial.Block, weights, preprocessing, grids, asked, onSample),
        };
        var settings = run.Prepare(_dense, cancellationToken.ThrowIfCancellationRequested);
        return run.Run(_dense, settings, ImagesOf(trial), step =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            clock.Lap(step.Stage.ToString());
            onProgress(step);
        });
    }

    // One network for all criteria and budgets, by which they know that it is the same.
    private INetworkBasis BasisOf(Trial trial)
    {
        var family = (trial.Block, trial.CalibrationImages);
        if (!_bases.TryGetValue(family, out var basis))
        {
            basis = new RememberedBasis(PruneMethods.BasisOf(_shared.Basis));
            _bases.Add(family, basis);
        }

        return basis;
    }

    private IBlockCriterion CriterionOf(Trial trial)
    {
        var family = RatedFamily.Of(trial);
        if (!_remembered.TryGetValue(family, out var criterion))
        {
            criterion = new RememberedCriterion(
                PruneMethods.CriterionOf(trial.Criterion, _shared.CalibrationLabels),
                Ratings is null ? null : (context, rate) => Ratings.Of(family, context, rate));
            _remembered.Add(family, criterion);
        }

        return criterion;
    }

    // The table does not depend on what is kept, so that trials of a block are held to one measurement.
    private LatencyConstraint ConstraintOf(
        BlockShape block, NetworkWeights weights, ImagePreprocessing preprocessing, LayerGrids grids, LatencyRequest asked, Action onSample)
    {
        if (!_tables.TryGetValue(block, out var table))
        {
            table = LatencyMeasurement.Measure(weights, preprocessing, grids, asked, onSample).Table;
            _tables.Add(block, table);
        }

        return new LatencyConstraint(table, asked.Keep * table.DenseMilliseconds);
    }

    private CalibrationImages ImagesOf(Trial trial) =>
        _subject.ImagesWith(trial.CalibrationImages is { } count ? PartOf(count) : _subject.Calibration);

    // A smaller part lies within a larger one, and data that come class by class do not lose a class.
    private CalibrationSet PartOf(int count)
    {
        if (!_parts.TryGetValue(count, out var part))
        {
            int[] order = [.. Enumerable.Range(0, _subject.Calibration.Count)];
            new Random((int)_subject.Seed).Shuffle(order);
            part = _subject.Calibration.Select([.. order.Take(count).Order()], _subject.Calibration.Labels);
            _parts.Add(count, part);
        }

        return part;
    }

    private PruneReport ReportOf(
        Trial trial, PruneOutcome made, TrialResult judged, double denseTop1, string kernel, StageClock clock)
    {
        var images = ImagesOf(trial);
        var heldOut = images.HeldOut is null || judged.Top1Agreement is not { } agreement ? null : new HeldOutReport
        {
            Images = images.HeldOut.Count,
            Origin = HeldOutReport.OfValidationSet,
            Top1Agreement = agreement,
            KlDivergence = judged.Kl!.Value,
            DenseTop1 = denseTop1,
            PrunedTop1 = judged.Top1,
        };
        return new ReportBuilder(TrialRequest.Of(_shared, trial), _dense, images)
            .Build(made, heldOut, ReportLatency.OfPruned(judged.Milliseconds!.Value), outcome: null, kernel, clock);
    }

    private SparseViTSession SessionOf(SparseViT network) => new(network, _subject.Threads);

    private float[] LogitsOf(SparseViTSession session, CancellationToken cancellationToken) =>
        SetLogits.Of(session, _subject.Validation, "validation", cancellationToken.ThrowIfCancellationRequested);
}
