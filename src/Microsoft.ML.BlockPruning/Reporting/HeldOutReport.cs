namespace Microsoft.ML.BlockPruning.Reporting;

/// <summary>The pruned network beside the dense one, on images that no step of pruning has seen.</summary>
public sealed class HeldOutReport
{
    /// <summary>Number of images.</summary>
    public required int Images { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose best class is the same in both networks.</summary>
    public required double Top1Agreement { get; init; }

    /// <summary>Mean KL(dense ‖ pruned) of the softmax outputs, in nats per image.</summary>
    public required double KlDivergence { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose class the dense network finds; null without labels.</summary>
    public required double? DenseTop1 { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose class the pruned network finds; null without labels.</summary>
    public required double? PrunedTop1 { get; init; }
}
