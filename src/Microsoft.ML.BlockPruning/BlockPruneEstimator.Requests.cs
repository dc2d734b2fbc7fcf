using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning;

/// <content>What the rooms below know of the options.</content>
public sealed partial class BlockPruneEstimator
{
    /// <summary>How to prune, by options; the seed is the context's.</summary>
    internal static PruneRequest RequestOf(Options options) => new()
    {
        Network = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.ModelPath)),
        Budget = options.Budget.Request,
        Criterion = options.Criterion,
        Allocation = options.Allocation,
        Basis = options.Basis,
        Refit = options.Refit,
        Shots = options.Shots,
        Block = options.Block,
        WeightFormat = options.WeightFormat,
        Format = options.Format.Request,
        LayerFloor = options.LayerFloor,
        LayerFloors = options.LayerFloors,
        LayerBlocks = options.LayerBlocks,
        LayersToKeepDense = options.LayersToKeepDense,
        CalibrationLabels = options.CalibrationLabels,
        FineTuning = options.FineTuning?.Copy(),
        NumberOfThreads = options.NumberOfThreads,
    };

    /// <summary>What to read, by options.</summary>
    internal static InputRequest InputOf(Options options) => new()
    {
        ModelPath = options.ModelPath,
        Checkpoint = new CheckpointOptions { NumHeads = options.NumHeads, ImageSize = options.ImageSize },
        ImageColumnName = options.ImageColumnName,
        LabelColumnName = options.LabelColumnName,
        ClassOrder = options.ClassOrder,
        Preprocessing = options.Preprocessing,
        ApplyOrientation = options.ApplyOrientation,
        MaximumPixels = options.MaximumPixels,
        MaximumCalibrationImages = options.MaximumCalibrationImages,
        CalibrationLabels = options.CalibrationLabels,
        ValidationSet = options.ValidationSet,
        ValidationSetFraction = options.ValidationSetFraction,
    };

    /// <summary>How the transformer scores, by options.</summary>
    internal static ScoringSettings SettingsOf(Options options) => new(
        options.ImageColumnName, options.ScoreColumnName, options.PredictedLabelColumnName, options.BatchSize, options.NumberOfThreads,
        options.Device, options.MaximumPixels, options.ProbabilityColumnName);
}
