using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Says what a run would ask for and take.</summary>
/// <param name="request">The run.</param>
/// <param name="dense">The network.</param>
/// <param name="settings">Of <see cref="PruneRun.Resolve"/>: the budgets need not be met.</param>
internal sealed class PruneForecaster(PruneRequest request, DenseModel dense, PruneSettings settings)
{
    // A share of all or of nothing would time another way through the code.
    private const double LeastShare = 0.02;

    private readonly NetworkCost _cost = new(dense.Weights.Spec, request.WeightFormat);
    private readonly LayerGrids _grids = settings.Layers.GridsOf(settings.Layers.LayersOf(dense.Weights));

    /// <summary>Forecasts.</summary>
    /// <param name="sample">Some of the images, such as <see cref="PruneSample.Wanted"/>.</param>
    /// <param name="readSeconds">What they took to be read.</param>
    /// <param name="images">Images that calibrate in the run.</param>
    /// <param name="heldOut">Images that are read besides.</param>
    /// <param name="onStep">Called after every batch and strip; it may throw to cancel.</param>
    public PruneForecast Of(CalibrationSet sample, double readSeconds, int images, int heldOut, Action onStep)
    {
        var allocator = new SparsityAllocator(settings.Constraints, settings.Layers, settings.Latency);
        string? unmet = allocator.Unmet(_grids)?.Message;
        return new PruneForecast
        {
            DenseMultiplyAdds = _cost.TotalMultiplyAdds,
            DenseWeightBytes = _cost.DenseBytes,
            Budgets = [.. BudgetsOf(allocator)],
            Unmet = unmet,
            Images = images,
            Seconds = unmet is not null ? null
                : (readSeconds / sample.Count * (images + heldOut)) + (allocator.KeepsAll(_grids) ? 0 : Work(sample, images, onStep)),
            PeakMemoryBytes = PruneMemory.PeakBytes(dense.Weights.Spec, images),
        };
    }

    private double Work(CalibrationSet sample, int images, Action onStep) =>
        new PruneSample(request, onStep).SecondsOf(dense.Weights, sample, Share(), images);

    private IEnumerable<BudgetForecast> BudgetsOf(SparsityAllocator allocator)
    {
        foreach (var part in request.Budget.Parts)
        {
            if (part.Resolve(_cost, _grids) is { } constraint)
            {
                yield return Of(
                    constraint.Unit, part.Keep, allocator.LeastCost(constraint, _grids), constraint.DenseCost, constraint.Limit);
            }
            else if (settings.Latency is { } latency)
            {
                yield return Of(
                    part.Words, part.Keep, latency.LeastMilliseconds(_grids, settings.Layers), latency.Table.DenseMilliseconds,
                    latency.Limit);
            }
        }
    }

    private static BudgetForecast Of(string unit, double keep, double least, double dense, double limit) =>
        new() { Unit = unit, Keep = keep, LeastKeep = least / dense, Dense = dense, Limit = limit };

    // Of the blocks, by the budget that leaves the fewest: what may be spent beyond what is fixed.
    private double Share()
    {
        var shares = settings.Constraints.Select(ShareOf).Append(request.Budget.Latency?.Keep ?? 1);
        return Math.Clamp(shares.Min(), LeastShare, 1 - LeastShare);
    }

    private double ShareOf(PruneConstraint constraint)
    {
        double fixedCost = constraint.Costs.FixedCost;
        return (constraint.Limit - fixedCost) / (SparsityAllocator.WholeCost(constraint, _grids) - fixedCost);
    }
}
