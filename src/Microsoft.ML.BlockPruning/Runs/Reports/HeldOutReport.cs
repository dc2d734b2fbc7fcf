namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>The pruned network beside the dense one, on images that no step of pruning has seen.</summary>
public sealed class HeldOutReport
{
    internal const string OfCalibration = "set aside from the calibration images";
    internal const string OfValidationSet = "of the validation set";
    internal const string OfComparison = "that the comparison was given";

    /// <summary>Number of images.</summary>
    public required int Images { get; init; }

    /// <summary>
    /// Where they come from, in words: <c>set aside from the calibration images</c>, <c>of the validation set</c>, or <c>that the
    /// comparison was given</c>; null in a report of before this was told.
    /// </summary>
    public string? Origin { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose best class is the same in both networks.</summary>
    public required double Top1Agreement { get; init; }

    /// <summary>Mean KL(dense ‖ pruned) of the softmax outputs, in nats per image.</summary>
    public required double KlDivergence { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose class the dense network finds; null without labels.</summary>
    public required double? DenseTop1 { get; init; }

    /// <summary>Fraction of the images, in [0, 1], whose class the pruned network finds; null without labels.</summary>
    public required double? PrunedTop1 { get; init; }
}
