using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Which network is read and which images, out of which columns.</summary>
internal sealed record InputRequest
{
    /// <summary>The dense network's file or folder.</summary>
    public required string ModelPath { get; init; }

    /// <summary>What no file tells of it.</summary>
    public CheckpointOptions Checkpoint { get; init; } = CheckpointOptions.Default;

    public required string ImageColumnName { get; init; }

    /// <summary>Null where there is no column of labels.</summary>
    public string? LabelColumnName { get; init; }

    /// <summary>How a network that names no class was trained.</summary>
    public ClassNameOrder ClassOrder { get; init; }

    /// <summary>Null: what the network's files say.</summary>
    public ImagePreprocessing? Preprocessing { get; init; }

    /// <summary>Whether an image file is turned as its EXIF orientation says, whatever the preprocessing says.</summary>
    public bool ApplyOrientation { get; init; }

    /// <summary>Width times height of an image at most.</summary>
    public long MaximumPixels { get; init; } = ImageFile.DefaultMaximumPixels;

    /// <summary>Null: all.</summary>
    public int? MaximumCalibrationImages { get; init; }

    public CalibrationLabels CalibrationLabels { get; init; }

    /// <summary>Images that no step of pruning sees; null: none are given.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Fraction of the calibration images that is set aside in its place, in [0, 1).</summary>
    public double ValidationSetFraction { get; init; }
}
