using Microsoft.ML.BlockPruning.Benchmarks.Lpvit;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>LPViT's public code as what chooses the blocks: it decides on layers first, so it is no criterion.</summary>
internal sealed class LpvitReferenceSelection : IBlockSelection
{
    private NetworkWeights? _network;
    private IReadOnlyList<LpvitLayer> _layers = [];
    private IReadOnlyList<IReadOnlyList<float[]>> _tokenWeights = [];

    public int Passes => CriterionContext.PassesOf(new SquaredLogitLoss());

    public void Check(PruneSettings settings)
    {
        if (settings.Constraints.Count != 1)
        {
            throw new ArgumentException($"LPViT takes one budget, found {settings.Constraints.Count}.", nameof(settings));
        }
    }

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) =>
        WorkSchedule.Even(1);

    public BlockSelection Select(CriterionContext context, SelectionTask task, Action onStep)
    {
        if (!ReferenceEquals(_network, context.Dense))
        {
            _layers = LayersOf(context);
            (_network, _tokenWeights) = (context.Dense, context.TokenWeights);
        }

        context.Recall(_tokenWeights);
        var budget = task.Settings.Constraints[0];
        var plan = new LpvitReference(new LpvitOptions()).SearchAndFit(_layers, budget.Limit / budget.DenseCost, budget.Costs);
        onStep();
        return new BlockSelection(plan, []);
    }

    private static List<LpvitLayer> LayersOf(CriterionContext context)
    {
        using var scope = NewDisposeScope();
        WeightGradient[] gradients = [.. context.Layers.Select(layer => new WeightGradient(layer))];
        context.Calibrate([.. gradients.Select(gradient => new ILayerObserver[] { gradient })], new SquaredLogitLoss());
        return
        [
            .. context.Layers.Zip(gradients, (layer, gradient) => new LpvitLayer(
                layer.Name, layer.Blocks, layer.Weights.Weight, gradient.Mean().to(float32).data<float>().ToArray())),
        ];
    }
}
