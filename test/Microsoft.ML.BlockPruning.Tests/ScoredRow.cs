using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What the transformer gives, with the row's number.</summary>
public sealed class ScoredRow
{
    public float[] Score { get; set; } = [];

    [KeyType(3)]
    public uint PredictedLabel { get; set; }

    public int Id { get; set; }
}
