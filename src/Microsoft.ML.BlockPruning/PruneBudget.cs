using System.Globalization;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning;

/// <summary>How much of the network pruning may keep. Immutable.</summary>
/// <remarks>
/// Only the weights of qkv, proj, fc1 and fc2 are pruned; patch embedding, attention products, norms, biases and heads are fixed and
/// count into the totals of <see cref="Flops"/> and <see cref="Parameters"/>, so a small fraction may be out of reach; the error then
/// names the nearest.
/// </remarks>
public sealed class PruneBudget
{
    private readonly PruneBudgetUnit _unit;
    private readonly double _fraction;

    private PruneBudget(PruneBudgetUnit unit, double fraction)
    {
        _unit = unit;
        _fraction = fraction;
    }

    /// <summary>Keeps a fraction of the dense network's multiply-adds.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Flops(double keep) => new(PruneBudgetUnit.MultiplyAdds, CheckKeep(keep));

    /// <summary>Keeps a fraction of the dense network's parameters.</summary>
    /// <param name="keep">Fraction of the dense total that remains, in (0, 1].</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in (0, 1].</exception>
    public static PruneBudget Parameters(double keep) => new(PruneBudgetUnit.Parameters, CheckKeep(keep));

    /// <summary>Removes a fraction of the prunable blocks.</summary>
    /// <param name="sparsity">Fraction of the blocks that is removed, in [0, 1).</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is NaN or not in [0, 1).</exception>
    public static PruneBudget Sparsity(double sparsity) => sparsity is >= 0 and < 1
        ? new PruneBudget(PruneBudgetUnit.Blocks, 1 - sparsity)
        : throw new ArgumentOutOfRangeException(
            nameof(sparsity), sparsity, $"sparsity = {Text(sparsity)} is not in [0, 1): it is the fraction of the blocks that is removed.");

    /// <inheritdoc/>
    public override string ToString() => _unit switch
    {
        PruneBudgetUnit.MultiplyAdds => $"{Text(_fraction)} of the multiply-adds",
        PruneBudgetUnit.Parameters => $"{Text(_fraction)} of the parameters",
        _ => $"{Text(_fraction)} of the prunable blocks",
    };

    /// <summary>What a block costs under this budget.</summary>
    internal ICostModel CostModelOf(NetworkCost cost) => _unit switch
    {
        PruneBudgetUnit.MultiplyAdds => new FlopsCostModel(cost),
        PruneBudgetUnit.Parameters => new ParameterCostModel(cost),
        _ => new SparsityCostModel(),
    };

    /// <summary>The budget in units of <see cref="CostModelOf"/>, the fixed part included.</summary>
    /// <param name="cost">The network's counter.</param>
    /// <param name="totalBlocks">Prunable blocks of the network.</param>
    internal double Resolve(NetworkCost cost, long totalBlocks) => _fraction * _unit switch
    {
        PruneBudgetUnit.MultiplyAdds => cost.TotalMultiplyAdds,
        PruneBudgetUnit.Parameters => cost.TotalParameters,
        _ => totalBlocks,
    };

    private static double CheckKeep(double keep) => keep is > 0 and <= 1
        ? keep
        : throw new ArgumentOutOfRangeException(
            nameof(keep), keep,
            $"keep = {Text(keep)} is not in (0, 1]: it is the fraction of the dense total that remains; 0.5 halves it.");

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
