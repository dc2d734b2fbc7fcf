using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>
/// Runs trials in this process. Each block and criterion is calibrated once for each number of images; further trials allocate and refit.
/// </summary>
internal sealed class LocalExecutor : ITrialExecutor
{
    private const int BatchSize = 32;

    private readonly SweepSubject _subject;
    private readonly ITrialMethod _method;
    private readonly int[] _labels;
    private readonly Dictionary<(BlockShape Block, string Criterion, int? Images), IBlockCriterion> _remembered = [];
    private readonly Dictionary<int, CalibrationSet> _parts = [];
    private readonly NetworkCost _cost;

    // Scored when it is first asked for: who prunes without judging needs none of it.
    private readonly Lazy<float[]> _denseLogits;

    /// <summary>Checks the subject.</summary>
    /// <param name="subject">The network and the images.</param>
    /// <param name="method">What carries out a trial's choices.</param>
    /// <param name="cancellationToken">Ends the scoring of the dense network within one batch.</param>
    /// <exception cref="ArgumentException">The validation images have no labels.</exception>
    public LocalExecutor(SweepSubject subject, ITrialMethod method, CancellationToken cancellationToken)
    {
        _labels = subject.Validation.Labels
            ?? throw new ArgumentException("The validation images of a sweep need labels: trials are judged by top-1.", nameof(subject));
        _subject = subject;
        _method = method;
        _cost = new NetworkCost(subject.Dense.Config);
        _denseLogits = new Lazy<float[]>(() =>
        {
            using var dense = SessionOf(NetworkOf(new PrunedNetwork(subject.Dense, new SparsityPlan())));
            return LogitsOf(dense, cancellationToken);
        });
    }

    public double DenseTop1 => Fidelity.Top1(_denseLogits.Value, _labels);

    public int CalibrationImages => _subject.Calibration.Count;

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        var network = Make(trial, onProgress, cancellationToken);
        using var session = SessionOf(network);
        float[] logits = LogitsOf(session, cancellationToken);
        var (agreement, kl) = Fidelity.Of(_denseLogits.Value, logits, session.Config.NumClasses);
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
            Top1Agreement = agreement,
            Top1StandardError = Fidelity.Top1StandardError(_denseLogits.Value, logits, _labels),
            Kl = double.IsFinite(kl) ? kl : throw new ArithmeticException("A logit of the pruned or of the dense network is not finite."),
            MultiplyAdds = network.MultiplyAdds,
            Bytes = network.WeightBytes,
            Milliseconds = LatencyProbe.NetworkMilliseconds([session], batchSize: 1, ProbeEffort.Report)[0],
            Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds,
        };
        return new TrialOutcome(result, network);
    }

    /// <summary>Prunes as a trial does, without judging.</summary>
    /// <param name="trial">What to make.</param>
    /// <param name="cancellationToken">Ends it within one batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SparseViT Prune(Trial trial, CancellationToken cancellationToken) => Make(trial, _ => { }, cancellationToken);

    public void Dispose()
    {
        // Nothing outlives a trial but memory.
    }

    private SparseViT Make(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        using var threads = new TorchThreads(_subject.Threads);
        var family = (trial.Block, trial.Criterion, trial.CalibrationImages);
        if (!_remembered.TryGetValue(family, out var criterion))
        {
            criterion = new RememberedCriterion(_method.CriterionOf(trial.Criterion));
            _remembered.Add(family, criterion);
        }

        var settings = new PruneSettings
        {
            Layers = _method.RulesOf(trial.Block),
            Constraints = [PruneConstraint.Keep(trial.Keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = _subject.Seed,
        };
        var images = trial.CalibrationImages is { } count ? PartOf(count) : _subject.Calibration;
        void Report(PruneProgress step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            onProgress(step);
        }

        var pruned = new BlockPruner(_method.MethodOf(criterion, trial.Refit)).Prune(_subject.Dense, images, settings, Report);
        return NetworkOf(trial.FineTuneEpochs == 0 ? pruned : pruned with
        {
            Weights = new FineTuner(_method.FineTuningOf(trial.FineTuneEpochs), _subject.Seed).Run(
                _subject.Dense, pruned.Weights, pruned.Plan, images, validation: null,
                step => Report(new PruneProgress(PruneStage.FineTuning, step.Step, step.TotalSteps))),
        });
    }

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

    private SparseViT NetworkOf(PrunedNetwork pruned) =>
        SparseViT.Create(pruned.Weights, pruned.Plan, _subject.Preprocessing, _subject.LabelNames, _subject.Dense.Notes);

    private SparseViTSession SessionOf(SparseViT network) => new(network, _subject.Threads);

    private float[] LogitsOf(SparseViTSession session, CancellationToken cancellationToken)
    {
        int classes = session.Config.NumClasses;
        var images = _subject.Validation;
        long all = (long)images.Count * classes;
        float[] logits = new float[all <= Array.MaxLength ? (int)all : throw new InvalidOperationException(
            $"{images.Count} validation images of {classes} classes have {all} logits, more than one array holds ({Array.MaxLength}): "
            + "take fewer.")];
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(BatchSize, images.Count - first);
            session.Score(images.ImagesAt(first, count), count, logits.AsSpan(first * classes, count * classes));
        }

        return logits;
    }
}
