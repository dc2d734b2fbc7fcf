using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>One block in the competition for the budgets.</summary>
/// <param name="LayerName">The layer it belongs to.</param>
/// <param name="Kept">The layer's blocks of the current choice.</param>
/// <param name="Allowed">The layer's blocks that may be chosen.</param>
/// <param name="Row">Block row.</param>
/// <param name="Column">Block column.</param>
/// <param name="Importance">Predicted rise of the loss when it goes.</param>
/// <param name="Costs">Units of each budget that it takes when kept.</param>
internal sealed record BlockCandidate(
    string LayerName, BlockMask Kept, BlockMask Allowed, int Row, int Column, double Importance, long[] Costs)
{
    /// <summary>Whether a floor keeps it whatever its density.</summary>
    public bool IsProtected { get; set; }

    public bool IsKept => Kept[Row, Column];

    /// <summary>Whether it sits in a dead unit and may not come back.</summary>
    public bool IsBanned => !Allowed[Row, Column];

    /// <summary>Importance per unit of cost: what the budgets are spent by.</summary>
    /// <param name="prices">Price of a unit of each budget.</param>
    public double Density(double[] prices)
    {
        double price = 0;
        for (int i = 0; i < prices.Length; i++)
        {
            price += prices[i] * Costs[i];
        }

        return Importance / price;
    }
}
