using System.Globalization;
using Microsoft.ML;

namespace SampleKit;

/// <summary>Grey images in memory, as float vectors: no decoding, so a pass over the rows costs next to nothing.</summary>
internal sealed class PixelImages : IImageSource
{
    private readonly MLContext _context;

    public PixelImages(MLContext context, IReadOnlyList<string> classes, PixelSet calibration, PixelSet test)
    {
        _context = context;
        Calibration = View(context, classes, calibration);
        Test = View(context, classes, test);
        CalibrationCount = calibration.Chosen.Count;
        TestCount = test.Chosen.Count;
        TestNames = [.. test.Chosen.Select(index => string.Create(CultureInfo.InvariantCulture, $"#{index}"))];
        Preparation = LabelKeys.Estimator(context, classes);
    }

    public IDataView Calibration { get; }

    public IDataView Test { get; }

    public int CalibrationCount { get; }

    public int TestCount { get; }

    public IReadOnlyList<string> TestNames { get; }

    public IEstimator<ITransformer> Preparation { get; }

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
