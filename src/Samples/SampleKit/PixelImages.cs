using FashionMnist;
using Microsoft.ML;

namespace SampleKit;

/// <summary>Grey images in memory, as float vectors: no decoding, so a pass over the rows costs next to nothing.</summary>
internal sealed class PixelImages : IImageSource
{
    public PixelImages(MLContext context, LabelledImages calibration, LabelledImages test)
    {
        Calibration = View(context, calibration);
        Test = View(context, test);
        CalibrationCount = calibration.Count;
        TestCount = test.Count;
        Preparation = LabelKeys.Estimator(context, FashionMnistData.ClassNames);
    }

    public IDataView Calibration { get; }

    public IDataView Test { get; }

    public int CalibrationCount { get; }

    public int TestCount { get; }

    public IEstimator<ITransformer> Preparation { get; }

    private static IDataView View(MLContext context, LabelledImages images) =>
        context.Data.LoadFromEnumerable(Rows(images), PixelRow.Schema(images.Images.Height * images.Images.Width));

    private static IEnumerable<PixelRow> Rows(LabelledImages images)
    {
        for (int i = 0; i < images.Count; i++)
        {
            float[] pixels = new float[images.Images.Height * images.Images.Width];
            for (int p = 0; p < pixels.Length; p++)
            {
                pixels[p] = images.Images[i][p];
            }

            yield return new PixelRow { Image = pixels, Label = FashionMnistData.ClassNames[images.Labels[i]] };
        }
    }
}
