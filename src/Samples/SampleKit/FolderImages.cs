using Microsoft.ML;

namespace SampleKit;

/// <summary>The user's image files, split into calibration and test rows class by class.</summary>
internal sealed class FolderImages : IImageSource
{
    // Every fifth image calibrates: enough to estimate with, and most images stay for the test.
    private const int CalibrationStride = 5;
    private const int MaximumCalibration = 2000;

    /// <param name="context">Owns the data views.</param>
    /// <param name="files">The files of every class.</param>
    /// <param name="classes">The network's class names where they are known.</param>
    /// <exception cref="ArgumentException">A folder names no class of the network, or a class has a single image.</exception>
    public FolderImages(MLContext context, IReadOnlyList<IGrouping<string, ImageFileRow>> files, IReadOnlyList<string>? classes)
    {
        if (classes is not null && files.FirstOrDefault(group => !classes.Contains(group.Key)) is { } stranger)
        {
            throw new ArgumentException(
                $"The class folder '{stranger.Key}' is unknown to the network; its classes are {string.Join(", ", classes)}.");
        }

        if (files.FirstOrDefault(group => group.Count() < 2) is { } single)
        {
            throw new ArgumentException(
                $"The class folder '{single.Key}' holds one image; two are needed, one to calibrate and one to test.");
        }

        int perClass = Math.Max(1, MaximumCalibration / files.Count);
        var calibrating = files.SelectMany(group => group.Where((_, i) => i % CalibrationStride == 0).Take(perClass)).ToHashSet();
        ImageFileRow[] test = [.. files.SelectMany(group => group).Where(row => !calibrating.Contains(row))];
        Calibration = context.Data.LoadFromEnumerable(calibrating);
        Test = context.Data.LoadFromEnumerable(test);
        CalibrationCount = calibrating.Count;
        TestCount = test.Length;
        Preparation = context.Transforms.LoadImages(nameof(PixelRow.Image), "", nameof(ImageFileRow.ImagePath))
            .Append(LabelKeys.Estimator(context, classes));
    }

    public IDataView Calibration { get; }

    public IDataView Test { get; }

    public int CalibrationCount { get; }

    public int TestCount { get; }

    public IEstimator<ITransformer> Preparation { get; }
}
