using Microsoft.ML;

namespace SampleKit;

/// <summary>Where the images come from, and the steps that turn its rows into the columns Image and Label.</summary>
internal interface IImageSource
{
    /// <summary>Rows to calibrate on; none of them is a test row.</summary>
    IDataView Calibration { get; }

    IDataView Test { get; }

    int CalibrationCount { get; }

    int TestCount { get; }

    /// <summary>Ends with Image (float vector or MLImage) and Label (key).</summary>
    IEstimator<ITransformer> Preparation { get; }

    /// <summary>The files that were skipped.</summary>
    IReadOnlyList<UnreadableImage> Unreadable { get; }
}
