using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>
/// Two layers joined unit by unit: input f of the consumer depends on row FirstRow + f of the producer, and nothing else reads that row.
/// </summary>
/// <param name="Producer">qkv (its rows of v) or fc1.</param>
/// <param name="FirstRow">The producer's row behind the consumer's input 0.</param>
/// <param name="Consumer">proj or fc2.</param>
/// <remarks>
/// fc1 → GELU → fc2 joins unit by unit as it stands. v → attention → proj does too: attention mixes tokens, and each of its outputs reads
/// one feature of v.
/// </remarks>
internal sealed record UnitCoupling(string Producer, int FirstRow, string Consumer)
{
    public static IReadOnlyList<UnitCoupling> Of(NetworkWeights network) =>
    [
        .. network.Layers.SelectMany(layer => new[]
        {
            new UnitCoupling(layer.Qkv.Name, 2 * network.Config.EmbedDim, layer.Proj.Name),
            new UnitCoupling(layer.Fc1.Name, 0, layer.Fc2.Name),
        }),
    ];
}
