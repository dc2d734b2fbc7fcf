using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Runs trials in this process. Each block and criterion is calibrated once; further trials allocate and refit.</summary>
internal sealed class LocalExecutor : ITrialExecutor
{
    private const int BatchSize = 32;

    private readonly SweepSubject _subject;
    private readonly Func<string, IBlockCriterion> _criterionOf;
    private readonly Func<IBlockCriterion, PruneMethod> _methodOf;
    private readonly Func<BlockShape, LayerRules> _rulesOf;
    private readonly Dictionary<(BlockShape Block, string Criterion), IBlockCriterion> _remembered = [];
    private readonly NetworkCost _cost;
    private readonly float[] _denseLogits;

    /// <summary>Scores the validation images with the dense network.</summary>
    /// <param name="subject">The network and the images.</param>
    /// <param name="criterionOf">A new criterion of a name.</param>
    /// <param name="methodOf">How to prune, by the criterion given.</param>
    /// <param name="rulesOf">Blocks and floors where the given block is every layer's.</param>
    /// <param name="cancellationToken">Ends the scoring within one batch.</param>
    /// <exception cref="ArgumentException">The validation images have no labels.</exception>
    public LocalExecutor(
        SweepSubject subject, Func<string, IBlockCriterion> criterionOf, Func<IBlockCriterion, PruneMethod> methodOf,
        Func<BlockShape, LayerRules> rulesOf, CancellationToken cancellationToken)
    {
        var labels = subject.Validation.Labels
            ?? throw new ArgumentException("The validation images of a sweep need labels: trials are judged by top-1.", nameof(subject));
        _subject = subject;
        _criterionOf = criterionOf;
        _methodOf = methodOf;
        _rulesOf = rulesOf;
        _cost = new NetworkCost(subject.Dense.Config);
        using var dense = SessionOf(NetworkOf(new PrunedNetwork(subject.Dense, new SparsityPlan())));
        _denseLogits = LogitsOf(dense, cancellationToken);
        DenseTop1 = Fidelity.Top1(_denseLogits, labels);
    }

    public double DenseTop1 { get; }

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        var network = NetworkOf(Prune(trial, step =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            onProgress(step);
        }));
        using var session = SessionOf(network);
        float[] logits = LogitsOf(session, cancellationToken);
        double kl = Fidelity.Of(_denseLogits, logits, session.Config.NumClasses).Kl;
        var result = new TrialResult
        {
            Keep = trial.Keep,
            Block = trial.Block,
            Criterion = trial.Criterion,
            Status = TrialStatus.Completed,
            Top1 = Fidelity.Top1(logits, _subject.Validation.Labels!),
            Kl = double.IsFinite(kl) ? kl : throw new ArithmeticException("A logit of the pruned or of the dense network is not finite."),
            MultiplyAdds = network.MultiplyAdds,
            Bytes = network.WeightBytes,
            Milliseconds = LatencyProbe.NetworkMilliseconds([session], batchSize: 1, ProbeEffort.Report)[0],
            Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds,
        };
        return new TrialOutcome(result, network);
    }

    private PrunedNetwork Prune(Trial trial, Action<PruneProgress> onProgress)
    {
        var family = (trial.Block, trial.Criterion);
        if (!_remembered.TryGetValue(family, out var criterion))
        {
            criterion = new RememberedCriterion(_criterionOf(trial.Criterion));
            _remembered.Add(family, criterion);
        }

        var settings = new PruneSettings
        {
            Layers = _rulesOf(trial.Block),
            Constraints = [PruneConstraint.Keep(trial.Keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = _subject.Seed,
        };
        return new BlockPruner(_methodOf(criterion)).Prune(_subject.Dense, _subject.Calibration, settings, onProgress);
    }

    private SparseViT NetworkOf(PrunedNetwork pruned) =>
        SparseViT.Create(pruned.Weights, pruned.Plan, _subject.Preprocessing, _subject.LabelNames);

    private SparseViTSession SessionOf(SparseViT network) => new(network, _subject.Threads);

    private float[] LogitsOf(SparseViTSession session, CancellationToken cancellationToken)
    {
        int classes = session.Config.NumClasses;
        var images = _subject.Validation;
        float[] logits = new float[images.Count * classes];
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(BatchSize, images.Count - first);
            session.Score(images.ImagesAt(first, count), count, logits.AsSpan(first * classes, count * classes));
        }

        return logits;
    }
}
