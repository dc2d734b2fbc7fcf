using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.WholeNetworks;

[TestClass]
public sealed class MeasuredVariantTests
{
    private static readonly ViTConfig Config = new(
        imageSize: 1, patchSize: 1, channels: 1, embedDim: 1, depth: 1, numHeads: 1, mlpDim: 1, numClasses: 2);

    [TestMethod]
    public void Top1_CountsEveryImageOnce_WhereTheLastBatchIsNotFull()
    {
        // The network answers 1 for a positive pixel: right of 4 of 5; the images that fill the last batch up must not count.
        var images = new CalibrationSet(ViT.Of(Config), [1, -1, 1, -1, -1], count: 5, labels: [1, 0, 0, 0, 0]);
        foreach (int batch in new[] { 1, 2, 3, 5, 7 })
        {
            using var variant = new MeasuredVariant(NetworkVariant.OursDense, new SignNetwork(batch), Bytes: 1);

            Assert.AreEqual(0.8, variant.Top1(images, batch)!.Value, 1e-12, $"batch {batch}");
        }
    }

    [TestMethod]
    public void Top1_IsUnknownWithoutLabels()
    {
        using var variant = new MeasuredVariant(NetworkVariant.OursDense, new SignNetwork(1), Bytes: 1);

        Assert.IsNull(variant.Top1(new CalibrationSet(ViT.Of(Config), [1], count: 1), batch: 1));
    }

    private sealed class SignNetwork(int batch) : IMeasuredNetwork
    {
        private readonly float[] _images = new float[batch];
        private readonly float[] _logits = new float[2 * batch];

        public Span<float> Images => _images;

        public ReadOnlySpan<float> Logits => _logits;

        public void Run()
        {
            for (int i = 0; i < _images.Length; i++)
            {
                (_logits[2 * i], _logits[(2 * i) + 1]) = (0, _images[i]);
            }
        }

        public void Dispose()
        {
        }
    }
}
