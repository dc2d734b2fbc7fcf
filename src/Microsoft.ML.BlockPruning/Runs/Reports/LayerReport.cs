using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What pruning did to one layer.</summary>
public sealed class LayerReport
{
    /// <summary>timm's name, such as <c>blocks.0.attn.qkv</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Rows of the weight.</summary>
    public required int OutFeatures { get; init; }

    /// <summary>Columns of the weight.</summary>
    public required int InFeatures { get; init; }

    /// <summary>The weight tile that was kept or removed as a whole; the whole weight in a layer that stayed dense.</summary>
    public required BlockShape Block { get; init; }

    /// <summary>Blocks that remain.</summary>
    public required int KeptBlocks { get; init; }

    /// <summary>Blocks of the dense weight.</summary>
    public required int TotalBlocks { get; init; }

    /// <summary>Importance of the removed blocks, added up, in the criterion's unit.</summary>
    /// <value>With the default criterion, nats of KL(dense ‖ pruned) per image that the layer adds. Zero where no block is gone.</value>
    public required double PredictedDistortion { get; init; }

    /// <summary>The share of the refit's target that the refitted layer does not give, on the calibration images.</summary>
    /// <value>
    /// Σ e ‖y − W x‖² / Σ e ‖y − ȳ‖² over all tokens; e is the token's weight, y what the layer should give, x what it gets in the pruned
    /// network. 0: nothing was lost; 1: no better than the bias alone. Zero for layers before the first removed block. Null where y does
    /// not vary, or nothing was fitted. Measured right after least squares, before reconstruction and fine-tuning.
    /// </value>
    public required double? MeasuredDistortion { get; init; }

    /// <summary>What the dense layer costs.</summary>
    public required CostReport Dense { get; init; }

    /// <summary>What the pruned layer costs.</summary>
    public required CostReport Pruned { get; init; }
}
