using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What is left of one layer.</summary>
/// <param name="Name">The canonical name.</param>
/// <param name="Block">The weight tile.</param>
/// <param name="Kept">Blocks that remain.</param>
/// <param name="Total">Blocks of the dense weight.</param>
/// <param name="Mask">Which ones remain; null where the report has no network at hand.</param>
/// <param name="Group">The layer of the network that it belongs to, such as <c>blocks.3</c>; null where there is no mask.</param>
internal sealed record KeptLayer(string Name, BlockShape Block, int Kept, int Total, BlockMask? Mask, string? Group = null)
{
    /// <summary>Kept fraction of the blocks, in [0, 1].</summary>
    public double Share => Total == 0 ? 0 : (double)Kept / Total;

    /// <summary>A layer and its mask.</summary>
    public static KeptLayer Of(string group, string name, BlockMask mask) =>
        new(name, mask.Shape, mask.KeptBlocks, mask.TotalBlocks, mask, group);

    /// <summary>A layer of which the counts alone are known.</summary>
    public static KeptLayer Of(LayerReport layer) => new(layer.Name, layer.Block, layer.KeptBlocks, layer.TotalBlocks, Mask: null);
}
