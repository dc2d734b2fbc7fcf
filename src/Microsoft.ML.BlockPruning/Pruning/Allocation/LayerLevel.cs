using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>One of the numbers of blocks that a layer may keep.</summary>
/// <param name="Kept">Blocks kept: the most important allowed ones.</param>
/// <param name="Loss">Importance of what goes, and the price of what stays.</param>
/// <param name="Milliseconds">Time of the layer.</param>
internal readonly record struct LayerLevel(int Kept, double Loss, double Milliseconds)
{
    private const int Levels = 100;

    /// <summary>The levels of a layer, from its floor to all allowed blocks.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="curve">Its times.</param>
    /// <param name="priceOf">What keeping a block is charged with.</param>
    public static IReadOnlyList<LayerLevel> Of(LayerAllocation layer, LatencyCurve curve, Func<BlockCandidate, double> priceOf)
    {
        var blocks = layer.ByImportance.Where(block => !block.IsBanned).ToList();
        double loss = blocks.Sum(block => block.Importance);
        var levels = new List<LayerLevel>(Levels + 1);
        int step = Math.Max(1, (layer.Blocks.Count + Levels - 1) / Levels);
        for (int kept = 0; kept <= blocks.Count; kept++)
        {
            if (kept >= layer.FloorBlocks && ((kept - layer.FloorBlocks) % step == 0 || kept == blocks.Count))
            {
                levels.Add(new LayerLevel(kept, loss, curve.At(kept, layer.Blocks.Count)));
            }

            loss += kept < blocks.Count ? priceOf(blocks[kept]) - blocks[kept].Importance : 0;
        }

        return levels;
    }
}
