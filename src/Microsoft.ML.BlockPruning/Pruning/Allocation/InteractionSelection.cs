using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Chooses by <see cref="InteractionAwareSelection"/>, on the gate gradients of one pass.</summary>
/// <param name="options">How to go about it; the defaults where none are given.</param>
/// <remarks>Labels as everywhere: sampled where the calibration has none. Memory: 8 · images · blocks bytes.</remarks>
internal sealed class InteractionSelection(InteractionOptions? options = null) : IBlockSelection
{
    private readonly InteractionOptions _options = options ?? new InteractionOptions();

    public int Passes => 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is a budget of latency, or more than one budget.</exception>
    public void Check(PruneSettings settings)
    {
        if (settings.Latency is not null || settings.Constraints.Count != 1)
        {
            throw new ArgumentException(
                "The interaction-aware choice takes one budget that adds up over blocks, found "
                + $"{settings.Constraints.Count}{(settings.Latency is null ? "" : " and one of latency")}.",
                nameof(settings));
        }
    }

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) =>
        WorkSchedule.Even(_options.TotalRounds);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The budget cannot be met, or there are too few images to hold any out.</exception>
    public BlockSelection Select(CriterionContext context, SelectionTask task, Action onStep) =>
        new InteractionAwareSelection(task.Settings.Constraints[0], task.Settings.Layers, _options)
            .Allocate(GatesOf(context, task.Remaining), onStep);

    private static List<LayerGateGradients> GatesOf(CriterionContext context, LayerGrids remaining)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var observers = context.Layers.Where(layer => remaining.Contains(layer.Name))
            .ToDictionary(layer => layer, layer => new ImageGateGradients(layer, context.Calibration.Count));
        context.Calibrate(
            [.. context.Layers.Select(layer => observers.TryGetValue(layer, out var observer) ? new ILayerObserver[] { observer } : [])]);
        foreach (var layer in context.Layers)
        {
            GateCriterion.Report(layer, context.OnStrip);
        }

        return [.. observers.Select(pair => GateCriterion.GatesOf(pair.Key, pair.Value).Within(remaining[pair.Key.Name]))];
    }
}
