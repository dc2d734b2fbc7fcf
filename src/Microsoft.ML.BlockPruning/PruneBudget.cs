using System.Globalization;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning;

/// <summary>How much of the network pruning may keep. Immutable.</summary>
/// <remarks>
/// Only the weights of qkv, proj, fc1 and fc2 are pruned; patch embedding, attention products, norms, biases, heads and the layers that
/// are kept dense are fixed and count into the totals of every kind but <see cref="Sparsity"/>, so a small fraction may be out of reach;
/// the error then names the nearest.
/// </remarks>
public sealed class PruneBudget
{
    private readonly string _text;
    private readonly Func<NetworkCost, LayerGrids, IEnumerable<PruneConstraint>> _resolve;

    private PruneBudget(
        string text, Func<NetworkCost, LayerGrids, IEnumerable<PruneConstraint>> resolve, LatencyRequest? latency = null,
        EnergyModel? energyModel = null, int parts = 1)
    {
        _text = text;
        _resolve = resolve;
        LatencyRequest = latency;
        EnergyModel = energyModel;
        Parts = parts;
    }

    /// <summary>Number of budgets that have to be met.</summary>
    internal int Parts { get; }

    /// <summary>The budget of time, which takes a measurement to resolve; null where there is none.</summary>
    internal LatencyRequest? LatencyRequest { get; }

    /// <summary>The figures of a budget of energy; null where there is none.</summary>
    internal EnergyModel? EnergyModel { get; }

    /// <summary>Keeps a fraction of the dense network's multiply-adds.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Flops(double keep) => Linear(
        keep, "multiply-adds", (cost, grids) => (new FlopsCostModel(cost, cost.PrunableElements - grids.Elements), cost.TotalMultiplyAdds));

    /// <summary>Keeps a fraction of the dense network's parameters.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Parameters(double keep) => Linear(
        keep, "parameters", (cost, grids) => (new ParameterCostModel(cost, cost.PrunableElements - grids.Elements), cost.TotalParameters));

    /// <summary>Keeps a fraction of the bytes of the dense network's float32 weights, the indices of kept blocks counted in.</summary>
    /// <param name="keep">Fraction of the dense bytes that remains, in (0, 1].</param>
    /// <returns>
    /// The budget; <see cref="SparseViTTransformer.WeightBytes"/> is what it bounds, so a narrower weight format leaves room for more
    /// blocks.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Bytes(double keep) => Linear(
        keep, "bytes", (cost, grids) => (new BytesCostModel(cost, grids), cost.DenseBytes));

    /// <summary>Keeps a fraction of the energy that an image takes in the dense network, by a stated model; nothing is measured.</summary>
    /// <param name="keep">Fraction of the dense energy that remains, in (0, 1].</param>
    /// <param name="model">The figures; null for <see cref="EnergyModel"/>'s defaults.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Energy(double keep, EnergyModel? model = null)
    {
        var figures = model ?? new EnergyModel();
        return Linear(keep, $"energy ({figures})", (cost, grids) =>
        {
            var costs = new EnergyCostModel(cost, figures, grids);
            return (costs, costs.DenseCost);
        }, figures);
    }

    /// <summary>Keeps a fraction of the time that the dense network takes to score a batch on this machine.</summary>
    /// <param name="keep">Fraction of the dense time that remains, in (0, 1].</param>
    /// <param name="batchSize">Images of the batch, 1 to 4,096.</param>
    /// <param name="numberOfThreads">Threads that score it; null for one per logical processor.</param>
    /// <returns>
    /// The budget. <c>Fit</c> measures the layers first, with the kernels that score, which takes seconds; so two runs may choose
    /// differently. A layer that is faster dense is left dense.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1], or a number is out of its range.</exception>
    public static PruneBudget Latency(double keep, int batchSize = 1, int? numberOfThreads = null)
    {
        CheckKeep(keep);
        ScoringLimits.Check(batchSize, numberOfThreads);
        return new($"{Text(keep)} of the latency at batch {batchSize}", (_, _) => [], new LatencyRequest(keep, batchSize, numberOfThreads));
    }

    /// <summary>Removes a fraction of the blocks of the layers that may lose some.</summary>
    /// <param name="sparsity">Fraction of the blocks that is removed, in [0, 1).</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in [0, 1).</exception>
    public static PruneBudget Sparsity(double sparsity) => sparsity is >= 0 and < 1
        ? Linear(1 - sparsity, "prunable blocks", (_, grids) => (new SparsityCostModel(), grids.TotalBlocks))
        : throw new ArgumentOutOfRangeException(
            nameof(sparsity), sparsity, $"sparsity = {Text(sparsity)} is not in [0, 1): it is the fraction of the blocks that is removed.");

    /// <summary>Meets several budgets at once.</summary>
    /// <param name="budgets">The budgets, at least one; of any kinds.</param>
    /// <returns>A budget that is met where each of them is.</returns>
    /// <exception cref="ArgumentException">There is none, one is null, or more than one is of latency.</exception>
    public static PruneBudget All(params PruneBudget[] budgets)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        if (budgets.Length == 0 || Array.Exists(budgets, budget => budget is null))
        {
            throw new ArgumentException(
                $"All takes at least one budget and no null; found {budgets.Length}, {budgets.Count(budget => budget is null)} null.",
                nameof(budgets));
        }

        PruneBudget[] copy = [.. budgets];
        LatencyRequest[] latencies = [.. copy.Select(budget => budget.LatencyRequest).OfType<LatencyRequest>()];
        if (latencies.Length > 1)
        {
            throw new ArgumentException($"Of {copy.Length} budgets {latencies.Length} are of latency; take one.", nameof(budgets));
        }

        return new(
            string.Join(" and ", copy.Select(budget => budget._text)),
            (cost, grids) => copy.SelectMany(budget => budget._resolve(cost, grids)),
            latencies.FirstOrDefault(),
            copy.Select(budget => budget.EnergyModel).FirstOrDefault(model => model is not null),
            copy.Sum(budget => budget.Parts));
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>The budgets whose costs add up over blocks, in units of their cost models.</summary>
    /// <param name="cost">The network's counter.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    internal IReadOnlyList<PruneConstraint> Resolve(NetworkCost cost, LayerGrids grids) => [.. _resolve(cost, grids)];

    private static PruneBudget Linear(
        double keep, string unit, Func<NetworkCost, LayerGrids, (ICostModel Costs, double Dense)> of, EnergyModel? energyModel = null)
    {
        CheckKeep(keep);
        return new($"{Text(keep)} of the {unit}", (cost, grids) =>
        {
            var (costs, dense) = of(cost, grids);
            return [PruneConstraint.Keep(keep, costs, dense, unit)];
        }, energyModel: energyModel);
    }

    private static void CheckKeep(double keep)
    {
        if (!(keep is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(keep), keep,
                $"keep = {Text(keep)} is not in (0, 1]: it is the fraction of the dense total that remains; 0.5 halves it.");
        }
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
