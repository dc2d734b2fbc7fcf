using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>Where each option of the estimator is on the command line, or why it is not there.</summary>
internal static class EstimatorOptions
{
    private const string Columns = "the verbs make the data view themselves, and with it its columns";

    /// <summary>By property: an option, which begins with hyphens, or a reason.</summary>
    public static IReadOnlyDictionary<string, string> Table { get; } = new Dictionary<string, string>
    {
        [nameof(BlockPruneEstimator.Options.ModelPath)] = "--model",
        [nameof(BlockPruneEstimator.Options.NumHeads)] = "--num-heads",
        [nameof(BlockPruneEstimator.Options.ImageSize)] = "--image-size",
        [nameof(BlockPruneEstimator.Options.ImageColumnName)] = Columns,
        [nameof(BlockPruneEstimator.Options.LabelColumnName)] = Columns,
        [nameof(BlockPruneEstimator.Options.ClassOrder)] = "--class-order",
        [nameof(BlockPruneEstimator.Options.ScoreColumnName)] = Columns,
        [nameof(BlockPruneEstimator.Options.PredictedLabelColumnName)] = Columns,
        [nameof(BlockPruneEstimator.Options.ProbabilityColumnName)] = "always written: evaluate needs it for the log-loss",
        [nameof(BlockPruneEstimator.Options.Block)] = "--block",
        [nameof(BlockPruneEstimator.Options.Budget)] = "--keep",
        [nameof(BlockPruneEstimator.Options.Criterion)] = "--criterion",
        [nameof(BlockPruneEstimator.Options.Allocation)] = "--allocation",
        [nameof(BlockPruneEstimator.Options.Basis)] = "--basis",
        [nameof(BlockPruneEstimator.Options.Refit)] = "--refit",
        [nameof(BlockPruneEstimator.Options.WeightFormat)] = "--weight-format",
        [nameof(BlockPruneEstimator.Options.Format)] = "--format",
        [nameof(BlockPruneEstimator.Options.Shots)] = "--shots",
        [nameof(BlockPruneEstimator.Options.LayerFloor)] = "--layer-floor",
        [nameof(BlockPruneEstimator.Options.LayerFloors)] = "--layer-floors",
        [nameof(BlockPruneEstimator.Options.LayerBlocks)] = "--layer-blocks",
        [nameof(BlockPruneEstimator.Options.LayersToKeepDense)] = "--keep-dense",
        [nameof(BlockPruneEstimator.Options.BatchSize)] = "it changes no score, and 32 rows at once are as fast as more",
        [nameof(BlockPruneEstimator.Options.NumberOfThreads)] = "it is not saved with a model, and pruning takes every processor",
        [nameof(BlockPruneEstimator.Options.Device)] = "it is not saved with a model; where it scores, its user says",
        [nameof(BlockPruneEstimator.Options.TrainingDevice)] = "--training-device",
        [nameof(BlockPruneEstimator.Options.MaximumCalibrationImages)] = "a fifth of each class calibrates, 2,000 images at most",
        [nameof(BlockPruneEstimator.Options.CalibrationLabels)] = "--calibration-labels",
        [nameof(BlockPruneEstimator.Options.ValidationSet)] = "evaluate and report take the images that did not calibrate",
        [nameof(BlockPruneEstimator.Options.ValidationSetFraction)] = "--held-out",
        [nameof(BlockPruneEstimator.Options.FineTuning)] = "--fine-tune-epochs",
        [nameof(BlockPruneEstimator.Options.CheckpointFolder)] = "--checkpoint",
        [nameof(BlockPruneEstimator.Options.Preprocessing)] = "config.json beside the model says it",
        [nameof(BlockPruneEstimator.Options.ApplyOrientation)] = "--apply-orientation",
        [nameof(BlockPruneEstimator.Options.MaximumPixels)] = "--max-pixels",
        [nameof(BlockPruneEstimator.Options.Progress)] = "shown by itself, as a bar on a terminal",
        [nameof(BlockPruneEstimator.Options.CancellationToken)] = "Ctrl-C cancels every verb",
    };
}
