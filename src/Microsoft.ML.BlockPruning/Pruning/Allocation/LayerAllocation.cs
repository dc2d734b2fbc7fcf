using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>One layer while its blocks are being chosen.</summary>
internal sealed class LayerAllocation
{
    public LayerAllocation(LayerImportances importances, IReadOnlyList<PruneConstraint> constraints, double floor)
    {
        LayerName = importances.LayerName;
        Kept = importances.Blocks.Clone();
        Allowed = importances.Blocks.Clone();
        FloorBlocks = Math.Min(FloorOf(Kept, floor), Kept.KeptBlocks);
        var blocks = new List<BlockCandidate>(Kept.TotalBlocks);
        for (int row = 0; row < Kept.BlockRows; row++)
        {
            for (int column = 0; column < Kept.BlockColumns; column++)
            {
                int elements = Kept.ElementsOf(row, column);
                long[] costs = [.. constraints.Select(constraint => constraint.Costs.CostOfBlock(LayerName, elements))];
                blocks.Add(new BlockCandidate(LayerName, Kept, Allowed, row, column, importances[row, column], costs));
            }
        }

        Blocks = blocks;
        ByImportance = [.. blocks.OrderByDescending(block => block.Importance)];
    }

    public string LayerName { get; }

    /// <summary>The blocks of the current choice.</summary>
    public BlockMask Kept { get; }

    /// <summary>The blocks that may be chosen: all but those of dead units.</summary>
    public BlockMask Allowed { get; }

    /// <summary>Blocks that must stay.</summary>
    public int FloorBlocks { get; }

    /// <summary>Whether the choice leaves it dense because that is faster: its dead blocks cost nothing then and stay.</summary>
    public bool IsLeftDense { get; set; }

    /// <summary>Row-major.</summary>
    public IReadOnlyList<BlockCandidate> Blocks { get; }

    /// <summary>Most important first.</summary>
    public IReadOnlyList<BlockCandidate> ByImportance { get; }

    /// <summary>Blocks that a floor keeps: the fraction, rounded up.</summary>
    public static int FloorOf(BlockMask blocks, double floor) => (int)Math.Ceiling(floor * blocks.TotalBlocks);

    /// <summary>Keeps so many of the allowed blocks, the most important ones.</summary>
    public void KeepMostImportant(int count)
    {
        foreach (var block in ByImportance)
        {
            Kept[block.Row, block.Column] = !block.IsBanned && count-- > 0;
        }
    }

    /// <summary>Keeps every allowed block and protects the most important of them, as many as the floor asks for.</summary>
    public void Reset()
    {
        int toProtect = FloorBlocks;
        foreach (var block in ByImportance)
        {
            Kept[block.Row, block.Column] = !block.IsBanned;
            block.IsProtected = !block.IsBanned && toProtect-- > 0;
        }
    }
}
