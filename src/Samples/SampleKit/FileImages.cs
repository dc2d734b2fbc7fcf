using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>The user's image files: calibration and test rows.</summary>
/// <remarks>A row is a path, which the network's own decoder reads: rows that wait for their turn hold no file.</remarks>
internal sealed class FileImages : IImageSource
{
    private readonly MLContext _context;

    /// <param name="context">Owns the data views.</param>
    /// <param name="files">The files, split before the check: prune and evaluate see the same split, whatever they skip.</param>
    /// <param name="classes">The network's classes; null: those of the files.</param>
    /// <param name="check">Decides on files that cannot be read; null: they fail when their row is reached.</param>
    /// <param name="use">The parts whose files are checked.</param>
    /// <exception cref="ArgumentException">A class is none of the network's.</exception>
    /// <exception cref="InvalidDataException">Files cannot be read, and the check does not skip them.</exception>
    public FileImages(
        MLContext context, ImageParts files, NetworkClasses? classes, ImageCheck? check = null, ImageUse use = ImageUse.Both)
    {
        var found = files.Classes;
        var labels = classes is null ? ClassLabels.Of(found)
            : found.Count == 0 ? ClassLabels.Of(classes.Names) : new ClassLabels(classes.Match(found));
        IsTestLabelled = files.IsTestLabelled;
        foreach (var row in files.Calibration.Concat(files.Test).Where(ImageParts.IsLabelled))
        {
            row.Label = labels[row.Label];
        }

        var (calibrating, testing) = files;
        if (check is not null)
        {
            calibrating = use.HasFlag(ImageUse.Calibration) ? check.Keep(calibrating) : calibrating;
            testing = use.HasFlag(ImageUse.Test) ? check.Keep(testing) : testing;
        }

        _context = context;
        Calibration = context.Data.LoadFromEnumerable(calibrating);
        Test = context.Data.LoadFromEnumerable(testing);
        CalibrationCount = calibrating.Count;
        TestCount = testing.Count;
        TestNames = [.. testing.Select(row => row.ImagePath)];
        Preparation = LabelKeys.Estimator(context, labels.Names);
        Classes = labels.Classes;
        ClassOrder = classes?.Order ?? ClassNameOrder.Unspecified;
        Unreadable = check?.Unreadable ?? [];
    }

    public IDataView Calibration { get; }

    public IDataView Test { get; }

    public int CalibrationCount { get; }

    public int TestCount { get; }

    public bool IsTestLabelled { get; }

    public IReadOnlyList<string> TestNames { get; }

    public IEstimator<ITransformer> Preparation { get; }

    public IReadOnlyList<ClassReport> Classes { get; }

    public ClassNameOrder ClassOrder { get; }

    public IReadOnlyList<UnreadableImage> Unreadable { get; }

    public IDataView ShuffledTest(int seed) => _context.Data.ShuffleRows(Test, seed);
}
