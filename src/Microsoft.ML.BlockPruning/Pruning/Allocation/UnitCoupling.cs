using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>
/// Two layers joined unit by unit: input f of the consumer depends on row FirstRow + f of the producer, and nothing else reads that row.
/// </summary>
/// <param name="Producer">The first layer of a branch: qkv (its rows of v) or fc1.</param>
/// <param name="FirstRow">The producer's row behind the consumer's input 0.</param>
/// <param name="Consumer">Its second: proj or fc2.</param>
/// <remarks>
/// fc1 → GELU → fc2 joins unit by unit as it stands. v → attention → proj does too: attention mixes tokens, and each of its outputs reads
/// one feature of v.
/// </remarks>
internal sealed record UnitCoupling(string Producer, int FirstRow, string Consumer)
{
    public static IReadOnlyList<UnitCoupling> Of(NetworkSpec network) =>
    [
        .. network.Steps.OfType<BranchSpec>().Select(branch => new UnitCoupling(
            branch.First.Name, branch.Middle.FirstCoupledRow(branch.Second.InFeatures), branch.Second.Name)),
    ];
}
