using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Curves;

/// <summary>Puts the predicted losses of every layer right by measured ones, so that layers are priced by what they really cost.</summary>
/// <remarks>
/// For each layer the divergence with only this layer pruned and refitted is measured at four sparsities (<see cref="LayerDivergence"/>, as
/// RD_PRUNE does: Xu et al., ICCV 2023). A power law takes the predicted cumulative loss δ to it (<see cref="CurveFit"/>), and the lower
/// convex hull of a · δ^p gives each block its slope. The order within a layer stays. Cost: that of the measurement, four masks a layer.
/// </remarks>
/// <param name="images">Images to measure on, at least; whole batches are taken, and no more than there are.</param>
internal sealed class MeasuredCurves(int images = 128) : IImportanceScale
{
    private const double Nudge = 1e-12; // keeps blocks of one hull segment in their order, far below any real difference
    private static readonly double[] Sparsities = [0.25, 0.5, 0.75, 1];

    public bool FreesDeadUnits => true;

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) =>
        LayerDivergence.WorkOf(calibration, layers, images, layer =>
            remaining.Contains(layer.Name) ? PointsOf(remaining[layer.Name].KeptBlocks).Length : 0);

    public IReadOnlyList<LayerImportances> Apply(IReadOnlyList<LayerImportances> importances, CriterionContext context, Action onStep)
    {
        var paths = importances.ToDictionary(layer => layer.LayerName, layer => new RemovalPath(layer), StringComparer.Ordinal);
        var measured = new LayerDivergence(context.Dense, context.Calibration, context.Layers, context.TokenWeights, images).Measure(
            layer => paths.TryGetValue(layer.Name, out var path) ? [.. PointsOf(path.Length).Select(path.After)] : Array.Empty<BlockMask>(),
            onStep);
        var byName = context.Layers.Zip(measured).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        return [.. importances.Select(layer => Correct(layer, paths[layer.LayerName], byName[layer.LayerName]))];
    }

    /// <summary>Corrects one layer.</summary>
    /// <param name="importances">Its importances; not changed.</param>
    /// <param name="measured">Its divergences at the points of <see cref="PointsOf"/>.</param>
    internal static LayerImportances Correct(LayerImportances importances, double[] measured) =>
        Correct(importances, new RemovalPath(importances), measured);

    /// <summary>The numbers of removed blocks at which a layer is measured, rising; fewer in a layer of few blocks.</summary>
    internal static int[] PointsOf(int blocks) =>
        [.. Sparsities.Select(sparsity => (int)Math.Round(sparsity * blocks)).Where(count => count > 0).Distinct()];

    private static LayerImportances Correct(LayerImportances importances, RemovalPath path, double[] measured)
    {
        var corrected = new LayerImportances(importances.LayerName, importances.Blocks);
        if (path.Length == 0)
        {
            return corrected;
        }

        double[] predicted = path.Predicted();
        var fit = CurveFit.Of([.. PointsOf(path.Length).Select(count => predicted[count])], measured);
        double[] rises = [.. predicted.Zip(predicted.Skip(1), (before, after) => fit.At(after) - fit.At(before))];
        int[] sizes = path.Sizes;
        double[] slopes = LowerHull.Slopes(rises, sizes);
        for (int step = 0; step < slopes.Length; step++)
        {
            var (row, column) = path[step];
            corrected[row, column] = (slopes[step] + (Nudge * slopes[^1] * step)) * sizes[step];
        }

        return corrected;
    }
}
