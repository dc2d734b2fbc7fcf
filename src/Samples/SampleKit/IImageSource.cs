using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>Where the images come from: rows with the column ImagePath or Image, and the step that turns their Label into a key.</summary>
internal interface IImageSource
{
    /// <summary>Rows to calibrate on; none of them is a test row.</summary>
    IDataView Calibration { get; }

    IDataView Test { get; }

    int CalibrationCount { get; }

    int TestCount { get; }

    /// <summary>Whether the class of every test image is told; else Label is missing in some rows.</summary>
    bool IsTestLabelled { get; }

    /// <summary>What a message calls the test images, in their order: a file's path, or its number in an IDX file.</summary>
    IReadOnlyList<string> TestNames { get; }

    /// <summary>Makes Label a key; the network reads ImagePath (a file) or Image (a vector of float, pixels) as it is.</summary>
    IEstimator<ITransformer> Preparation { get; }

    /// <summary>The classes in the order of Label's keys, and what the images call them.</summary>
    IReadOnlyList<ClassReport> Classes { get; }

    /// <summary>What tells a network without names which class is which: the order of the keys' names.</summary>
    ClassNameOrder ClassOrder { get; }

    /// <summary>The files that were skipped.</summary>
    IReadOnlyList<UnreadableImage> Unreadable { get; }

    /// <summary>The test images in random order, as <c>ShuffleRows</c> makes it.</summary>
    /// <param name="seed">The same seed gives the same order.</param>
    IDataView ShuffledTest(int seed);
}
