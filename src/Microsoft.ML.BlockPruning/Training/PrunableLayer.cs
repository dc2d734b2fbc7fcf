using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>A linear layer that may lose blocks, its block grid, and the groups its row strips fall into.</summary>
internal sealed class PrunableLayer
{
    private PrunableLayer(LinearWeights weights, BlockShape block, int parts)
    {
        Weights = weights;
        Blocks = new BlockMask(weights.OutFeatures, weights.InFeatures, block);
        Groups = GroupsOf(Blocks, parts);
    }

    public LinearWeights Weights { get; }

    /// <summary>The block grid, all blocks kept.</summary>
    public BlockMask Blocks { get; }

    /// <summary>
    /// q, k and v apart, because their gradients live on different scales (method: token weights per group); else one group.
    /// </summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    public string Name => Weights.Name;

    /// <summary>The prunable layers of a network in forward order: qkv, proj, fc1, fc2 of every encoder layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A block is larger than a weight.</exception>
    public static IReadOnlyList<PrunableLayer> Of(ViTWeights network, BlockShape block) =>
    [
        .. network.Layers.SelectMany(layer => new[]
        {
            new PrunableLayer(layer.Qkv, block, parts: 3),
            new PrunableLayer(layer.Proj, block, parts: 1),
            new PrunableLayer(layer.Fc1, block, parts: 1),
            new PrunableLayer(layer.Fc2, block, parts: 1),
        }),
    ];

    // A strip that crosses a border (block height not dividing the part) belongs to the part of its first row. No part is left without a
    // strip: a block fits proj, so it is no higher than a part.
    private static List<RowGroup> GroupsOf(BlockMask blocks, int parts)
    {
        int height = blocks.Shape.Height;
        int rowsPerPart = blocks.Rows / parts;
        var groups = new List<RowGroup>(parts);
        int first = 0;
        for (int part = 1; part <= parts; part++)
        {
            int end = ((part * rowsPerPart) + height - 1) / height;
            groups.Add(new RowGroup(first, end - first, first * height, Math.Min(end * height, blocks.Rows) - (first * height)));
            first = end;
        }

        return groups;
    }
}
