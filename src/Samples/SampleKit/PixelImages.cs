using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>Grey images in memory, as float vectors: no decoding, so a pass over the rows costs next to nothing.</summary>
internal sealed class PixelImages : IImageSource
{
    private readonly MLContext _context;

    /// <param name="context">Owns the data views.</param>
    /// <param name="classes">In the order of the label's keys.</param>
    /// <param name="nameOf">The class of each number in the files, by its name in <paramref name="classes"/>.</param>
    /// <param name="calibration">Images to calibrate on.</param>
    /// <param name="test">Images to test on.</param>
    public PixelImages(
        MLContext context, IReadOnlyList<ClassReport> classes, IReadOnlyList<string> nameOf, PixelSet calibration, PixelSet test)
    {
        _context = context;
        Classes = classes;
        Calibration = View(context, nameOf, calibration);
        Test = View(context, nameOf, test);
        CalibrationCount = calibration.Chosen.Count;
        TestCount = test.Chosen.Count;
        TestNames = [.. test.Chosen.Select(index => string.Create(CultureInfo.InvariantCulture, $"#{index}"))];
        Preparation = LabelKeys.Estimator(context, [.. classes.Select(one => one.Name)]);
    }

    public IDataView Calibration { get; }

    public IDataView Test { get; }

    public int CalibrationCount { get; }

    public int TestCount { get; }

    /// <summary>Always: a file of labels goes with a file of images.</summary>
    public bool IsTestLabelled => true;

    public IReadOnlyList<string> TestNames { get; }

    public IEstimator<ITransformer> Preparation { get; }

    public IReadOnlyList<ClassReport> Classes { get; }

    /// <summary>Not needed: the files have the numbers of the classes, and the keys are in their order.</summary>
    public ClassNameOrder ClassOrder => ClassNameOrder.Unspecified;

    /// <summary>None: an IDX file is whole or refused.</summary>
    public IReadOnlyList<UnreadableImage> Unreadable => [];

    public IDataView ShuffledTest(int seed) => _context.Data.ShuffleRows(Test, seed);

    private static IDataView View(MLContext context, IReadOnlyList<string> classes, PixelSet set) =>
        context.Data.LoadFromEnumerable(Rows(classes, set), PixelRow.Schema(set.Images.Height * set.Images.Width));

    private static IEnumerable<PixelRow> Rows(IReadOnlyList<string> classes, PixelSet set)
    {
        foreach (int index in set.Chosen)
        {
            float[] pixels = new float[set.Images.Height * set.Images.Width];
            for (int p = 0; p < pixels.Length; p++)
            {
                pixels[p] = set.Images[index][p];
            }

            yield return new PixelRow { Image = pixels, Label = classes[set.Labels[index]] };
        }
    }
}
