namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What pruning did to the whole network.</summary>
public sealed class NetworkReport
{
    /// <summary>Blocks that remain, of all prunable layers.</summary>
    public required int KeptBlocks { get; init; }

    /// <summary>Blocks of all prunable layers of the dense network.</summary>
    public required int TotalBlocks { get; init; }

    /// <summary>Sum over the layers, in the criterion's unit; with the default criterion, nats of KL(dense ‖ pruned) per image.</summary>
    /// <remarks>What it predicts is measured in <see cref="HeldOut"/>. It is a second-order model of small changes, at its best as an
    /// order of magnitude.</remarks>
    public required double PredictedDistortion { get; init; }

    /// <summary>What the dense network costs, the parts that are never pruned included.</summary>
    public required CostReport Dense { get; init; }

    /// <summary>What the pruned network costs, the parts that are never pruned included.</summary>
    public required CostReport Pruned { get; init; }

    /// <summary>How the pruned network answers beside the dense one; null where no images were held out.</summary>
    public required HeldOutReport? HeldOut { get; init; }
}
