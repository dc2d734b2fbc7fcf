using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Lpvit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.BlockPruning.Training.Observers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>One network, seed and block: statistics are gathered once, every method and budget reads them.</summary>
internal sealed class AblationRun : IDisposable
{
    private readonly AblationSubject _subject;
    private readonly DisposeScope _scope;
    private readonly NetworkCost _cost;
    private readonly IReadOnlyList<PrunableLayer> _layers;
    private readonly IReadOnlyList<LayerStatistics> _statistics;
    private readonly long _seed;
    private readonly Dictionary<Type, IReadOnlyList<LayerImportances>> _rated = [];
    private readonly Lazy<IReadOnlyList<LpvitLayer>> _lpvit;

    public AblationRun(AblationSubject subject, BlockShape block, long seed)
    {
        _subject = subject;
        _scope = NewDisposeScope();
        _cost = new NetworkCost(subject.Weights.Config);
        _layers = PrunableLayer.Of(subject.Weights, block);
        _statistics = new CalibrationPass(subject.Weights, subject.Calibration, seed).Run(_layers, () => { });
        _seed = seed;
        _lpvit = new(LpvitLayers);
    }

    /// <summary>Prunes to a fraction of the multiply-adds.</summary>
    public PrunedNetwork Prune(AblationMethod method, double keep)
    {
        using var scope = NewDisposeScope();
        var plan = method is AblationMethod.LpvitReference or AblationMethod.LpvitReferenceFeedback
            ? new LpvitReference(new LpvitOptions()).SearchAndFit(_lpvit.Value, keep, new FlopsCostModel(_cost))
            : Allocate(method, keep);
        return new PrunedNetwork(Fit(method, plan), plan);
    }

    /// <summary>Kept multiply-adds as a fraction of the dense network's, by the one counter.</summary>
    public double KeptBy(SparsityPlan plan) => (double)_cost.MultiplyAdds(plan.KeptElements) / _cost.TotalMultiplyAdds;

    public void Dispose() => _scope.Dispose();

    private ViTWeights Fit(AblationMethod method, SparsityPlan plan) => method switch
    {
        AblationMethod.LpvitReference => Masked(plan),
        AblationMethod.MagnitudeUniformRefit or AblationMethod.DefaultPlainRefit =>
            PlainRefit.Run(_subject.Weights, _layers, _statistics, plan),
        _ => new WeightRefit(
            _subject.Weights, _subject.Calibration, _layers, [.. _statistics.Select(known => known.TokenWeights)], plan).Run(() => { }),
    };

    private SparsityPlan Allocate(AblationMethod method, double keep)
    {
        var importances = Rate(AblationCriteria.Of(method));
        bool isUniform = AblationCriteria.IsUniform(method);
        var allocator = new SparsityAllocator(
            [PruneConstraint.Keep(keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            new LayerRules(_layers[0].Blocks.Shape));
        return isUniform
            ? allocator.Allocate([.. importances.Select(UniformImportances.Of)], [])
            : allocator.Allocate(importances, UnitCoupling.Of(_subject.Weights));
    }

    private IReadOnlyList<LayerImportances> Rate(IBlockCriterion criterion)
    {
        if (!_rated.TryGetValue(criterion.GetType(), out var importances))
        {
            var context = new CriterionContext(_subject.Weights, _subject.Calibration, _layers, _seed, () => { }, () => { });
            _rated.Add(criterion.GetType(), importances = criterion.Rate(context));
        }

        return importances;
    }

    private IReadOnlyList<LpvitLayer> LpvitLayers()
    {
        using var scope = NewDisposeScope();
        WeightGradient[] gradients = [.. _layers.Select(layer => new WeightGradient(layer))];
        new CalibrationPass(_subject.Weights, _subject.Calibration, _seed, new SquaredLogitLoss())
            .Run([.. gradients.Select(gradient => new ILayerObserver[] { gradient })], () => { });
        return
        [
            .. _layers.Zip(gradients, (layer, gradient) => new LpvitLayer(
                layer.Name, layer.Blocks, layer.Weights.Weight, gradient.Mean().to(float32).data<float>().ToArray())),
        ];
    }

    private ViTWeights Masked(SparsityPlan plan)
    {
        var masked = _subject.Weights.Clone();
        foreach (var linear in masked.Layers.SelectMany(layer => layer.Linears))
        {
            var mask = plan[linear.Name]!;
            BlockSparseMatrix.FromDense(linear.Weight, mask).ToDense().CopyTo(linear.Weight, 0);
        }

        return masked;
    }
}
