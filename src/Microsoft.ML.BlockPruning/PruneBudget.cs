using Microsoft.ML.BlockPruning.Inference;
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
    private PruneBudget(BudgetRequest request) => Request = request;

    /// <summary>The same as plain data.</summary>
    internal BudgetRequest Request { get; }

    /// <summary>Keeps a fraction of the dense network's multiply-adds.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Flops(double keep) => Of(BudgetUnit.MultiplyAdds, keep);

    /// <summary>Keeps a fraction of the dense network's parameters.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Parameters(double keep) => Of(BudgetUnit.Parameters, keep);

    /// <summary>Keeps a fraction of the bytes of the dense network's float32 weights, the indices of kept blocks counted in.</summary>
    /// <param name="keep">Fraction of the dense bytes that remains, in (0, 1].</param>
    /// <returns>
    /// The budget; <see cref="SparseViTTransformer.WeightBytes"/> is what it bounds, so a narrower weight format leaves room for more
    /// blocks.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Bytes(double keep) => Of(BudgetUnit.Bytes, keep);

    /// <summary>Keeps a fraction of the energy that an image takes in the dense network, by a stated model; nothing is measured.</summary>
    /// <param name="keep">Fraction of the dense energy that remains, in (0, 1].</param>
    /// <param name="model">The figures; null for <see cref="EnergyModel"/>'s defaults.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Energy(double keep, EnergyModel? model = null) =>
        Of(new BudgetPart(BudgetUnit.Energy, CheckedKeep(keep)) { Energy = model ?? new EnergyModel() });

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
        CheckedKeep(keep);
        ScoringLimits.Check(batchSize, numberOfThreads);
        return Of(new BudgetPart(BudgetUnit.Latency, keep) { BatchSize = batchSize, NumberOfThreads = numberOfThreads });
    }

    /// <summary>Removes a fraction of the blocks of the layers that may lose some.</summary>
    /// <param name="sparsity">Fraction of the blocks that is removed, in [0, 1).</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in [0, 1).</exception>
    public static PruneBudget Sparsity(double sparsity) => sparsity is >= 0 and < 1
        ? Of(BudgetUnit.Blocks, 1 - sparsity)
        : throw new ArgumentOutOfRangeException(
            nameof(sparsity), sparsity,
            $"sparsity = {BudgetPart.Text(sparsity)} is not in [0, 1): it is the fraction of the blocks that is removed.");

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

        BudgetPart[] parts = [.. budgets.SelectMany(budget => budget.Request.Parts)];
        int latencies = parts.Count(part => part.Latency is not null);
        return latencies <= 1
            ? new PruneBudget(new BudgetRequest(parts))
            : throw new ArgumentException($"Of {budgets.Length} budgets {latencies} are of latency; take one.", nameof(budgets));
    }

    /// <inheritdoc/>
    public override string ToString() => Request.ToString();

    private static PruneBudget Of(BudgetUnit unit, double keep) => Of(new BudgetPart(unit, CheckedKeep(keep)));

    private static PruneBudget Of(BudgetPart part) => new(new BudgetRequest([part]));

    private static double CheckedKeep(double keep) => keep is > 0 and <= 1
        ? keep
        : throw new ArgumentOutOfRangeException(
            nameof(keep), keep,
            $"keep = {BudgetPart.Text(keep)} is not in (0, 1]: it is the fraction of the dense total that remains; 0.5 halves it.");
}
