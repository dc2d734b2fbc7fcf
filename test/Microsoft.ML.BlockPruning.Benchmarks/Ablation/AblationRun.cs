using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Lpvit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
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
    private readonly Lazy<IReadOnlyList<LayerImportances>> _obsPath;
    private readonly Lazy<IReadOnlyList<LpvitLayer>> _lpvit;

    public AblationRun(AblationSubject subject, BlockShape block, long seed)
    {
        _subject = subject;
        _scope = NewDisposeScope();
        _cost = new NetworkCost(subject.Weights.Config);
        _layers = PrunableLayer.Of(subject.Weights, block);
        _statistics = new CalibrationPass(subject.Weights, subject.Calibration, seed).Run(_layers, () => { });
        _obsPath = new(() => [.. _layers.Zip(_statistics, (layer, known) => ObsPathCriterion.Rate(layer, known, () => { }))]);
        _lpvit = new(() =>
        [
            .. _layers.Zip(MeanLogitGradient.Of(subject.Weights, subject.Calibration), (layer, gradient) =>
                new LpvitLayer(layer.Name, layer.Blocks, layer.Weights.Weight, gradient)),
        ]);
    }

    /// <summary>Prunes to a fraction of the multiply-adds.</summary>
    public PrunedNetwork Prune(AblationMethod method, double keep)
    {
        using var scope = NewDisposeScope();
        var plan = method switch
        {
            AblationMethod.Default or AblationMethod.DefaultPlainRefit => Allocate(_obsPath.Value, keep, UnitCoupling.Of(_subject.Weights)),
            AblationMethod.ObsPathUniform => Allocate(Uniform(_obsPath.Value), keep, []),
            AblationMethod.MagnitudeUniformFeedback or AblationMethod.MagnitudeUniformRefit => Allocate(Uniform(Magnitudes()), keep, []),
            AblationMethod.LpvitReference or AblationMethod.LpvitReferenceFeedback =>
                new LpvitReference(new LpvitOptions()).SearchAndFit(_lpvit.Value, keep, new FlopsCostModel(_cost)),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method of this table."),
        };
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

    private SparsityPlan Allocate(IReadOnlyList<LayerImportances> importances, double keep, IReadOnlyList<UnitCoupling> couplings) =>
        new SparsityAllocator(
            [PruneConstraint.Keep(keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            new LayerRules(_layers[0].Blocks.Shape)).Allocate(importances, couplings);

    private static IReadOnlyList<LayerImportances> Uniform(IReadOnlyList<LayerImportances> importances) =>
        [.. importances.Select(UniformImportances.Of)];

    // Mean |w| of a tile, as LPViT's code ranks: the importance is per weight times weights.
    private IReadOnlyList<LayerImportances> Magnitudes() => [.. _layers.Select(layer =>
    {
        var importances = new LayerImportances(layer.Name, layer.Blocks);
        int height = layer.Blocks.Shape.Height;
        int width = layer.Blocks.Shape.Width;
        for (int i = 0; i < layer.Weights.Weight.Length; i++)
        {
            int row = i / layer.Weights.InFeatures / height;
            importances[row, i % layer.Weights.InFeatures / width] += Math.Abs(layer.Weights.Weight[i]);
        }

        return importances;
    })];

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
