using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class ImageTensorWriterTests
{
    public static IEnumerable<object[]> Cases =>
        from element in ResizeFixture.Cases
        from format in new[] { MLPixelFormat.Bgra32, MLPixelFormat.Rgba32 }
        select new object[] { element.Text("name"), format };

    public static IEnumerable<object[]> Encoded => ResizeFixture.Encoded.Select(element => new object[] { element.Text("form") });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void WriteImage_ResizesToPillowsBytes(string name, MLPixelFormat format)
    {
        var element = ResizeFixture.Cases.Single(c => c.Text("name") == name);
        using var image = ResizeFixture.Image(element.Bytes("rgb"), element.Int("width"), element.Int("height"), format);
        var preprocessing = ResizeFixture.Preprocessing(element);
        var writer = new ImageTensorWriter(preprocessing);
        float[] written = new float[writer.Length];

        writer.WriteImage(image, written);

        CollectionAssert.AreEqual(
            element.Bytes("expected"), ResizeFixture.ToInterleaved(written, element.Int("channels"), preprocessing.Mean));
    }

    [TestMethod]
    public void WriteImage_OfChangingSizes_DoesNotMixThem()
    {
        var tall = ResizeFixture.Cases.Single(c => c.Text("name").StartsWith("24x48", StringComparison.Ordinal));
        var writer = new ImageTensorWriter(ResizeFixture.Preprocessing(tall));
        float[] written = new float[writer.Length];
        using var image = ResizeFixture.Image(tall.Bytes("rgb"), 24, 48, MLPixelFormat.Bgra32);
        using var other = ResizeFixture.Image(tall.Bytes("rgb"), 48, 24, MLPixelFormat.Bgra32);
        writer.WriteImage(other, written);

        writer.WriteImage(image, written);

        CollectionAssert.AreEqual(tall.Bytes("expected"), ResizeFixture.ToInterleaved(written, 3));
    }

    [TestMethod]
    [DynamicData(nameof(Encoded))]
    public void WriteEncoded_DecodesAsPillow(string form)
    {
        var element = ResizeFixture.Encoded.Single(e => e.Text("form") == form);
        foreach (var (channels, expected) in new[] { (3, "rgb"), (1, "luma") })
        {
            var writer = new ImageTensorWriter(new ImagePreprocessing(
                12, channels, new float[channels], [.. Enumerable.Repeat(1f, channels)], ImageResize.None));
            float[] written = new float[writer.Length];

            writer.WriteEncoded(element.Bytes("bytes"), written);

            byte[] pixels = ResizeFixture.ToInterleaved(written, channels), pillow = element.Bytes(expected);
            Assert.HasCount(pillow.Length, pixels);
            for (int i = 0; i < pixels.Length; i++)
            {
                Assert.AreEqual(pillow[i], pixels[i], DecoderDifference(form), $"{form} to {expected}, value {i}");
            }
        }
    }

    // PNG and BMP say every pixel. JPEG leaves roundings to the decoder, and SkiaSharp brings another one than Pillow: T.83 allows each
    // an inverse DCT within 1 of the exact one, so that Y, Cb and Cr of two decoders differ by at most 2 (1 each), and the conversion
    // adds at most 1.772 of chroma (blue: Y + 1.772 Cb) and the rounding of either result: 2 + 1.772 · 2 + 1 < 7. Grey is Y alone.
    private static double DecoderDifference(string form) => form switch
    {
        "JPEG RGB" => 6,
        "JPEG L" => 2,
        _ => 0,
    };

    [TestMethod]
    public void WriteImage_NormalisesPerChannel()
    {
        var writer = new ImageTensorWriter(ImageNetWithoutResize(1));
        using var image = ResizeFixture.Image([255, 0, 51], 1, 1, MLPixelFormat.Rgba32);
        float[] written = new float[3];

        writer.WriteImage(image, written);

        double[] expected = [(1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0.2 - 0.406) / 0.225]; // the ImageNet constants, in double
        for (int c = 0; c < 3; c++)
        {
            Assert.AreEqual(expected[c], written[c], 1e-6);
        }
    }

    [TestMethod]
    public void WriteValues_EqualsTheImageWithThosePixels()
    {
        var random = new Random(3);
        byte[] rgb = new byte[4 * 4 * 3];
        random.NextBytes(rgb);
        using var image = ResizeFixture.Image(rgb, 4, 4, MLPixelFormat.Bgra32);
        float[] planar = [.. Enumerable.Range(0, 48).Select(i => (float)rgb[(i % 16 * 3) + (i / 16)])];
        var writer = new ImageTensorWriter(ImageNetWithoutResize(4));
        float[] fromImage = new float[48], fromValues = new float[48];

        writer.WriteImage(image, fromImage);
        writer.WriteValues(planar, fromValues);

        CollectionAssert.AreEqual(fromImage, fromValues);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void WriteValues_NamesTheBadPixel(float bad)
    {
        var writer = new ImageTensorWriter(ImageNetWithoutResize(4));
        float[] values = new float[48];
        values[16 + 9] = bad;

        var error = Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteValues(values, new float[48]));

        StringAssert.Contains(error.Message, "channel 1, row 2, column 1", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WriteValues_OfOtherLength_SaysBothLengths()
    {
        var writer = new ImageTensorWriter(ImageNetWithoutResize(4));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteValues(new float[47], new float[48]));

        StringAssert.Contains(error.Message, "47 values, but the network reads 3x4x4 = 48", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WriteImage_OfOtherSizeWithoutResize_SaysBothSizes()
    {
        var writer = new ImageTensorWriter(ImageNetWithoutResize(4));
        using var image = ResizeFixture.Image(new byte[5 * 3 * 3], 5, 3, MLPixelFormat.Bgra32);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteImage(image, new float[48]));

        StringAssert.Contains(error.Message, "5x3 pixels, but the network reads 4x4", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(0, DisplayName = "no bytes")]
    [DataRow(40, DisplayName = "bytes of no image")]
    public void WriteEncoded_OfNoImage_IsInvalidData(int length)
    {
        var writer = new ImageTensorWriter(ImageNetWithoutResize(4));

        Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteEncoded(new byte[length], new float[48]));
    }

    [TestMethod]
    [DynamicData(nameof(Encoded))]
    public void WriteEncoded_OfATruncatedFile_IsInvalidData(string form)
    {
        byte[] file = ResizeFixture.Encoded.Single(e => e.Text("form") == form).Bytes("bytes");
        var writer = new ImageTensorWriter(ImageNetWithoutResize(12));

        // In the header, then in the pixels: a decoder that fills the rest with black would hide the second.
        Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteEncoded(file.AsSpan(0, 20), new float[3 * 144]));
        Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteEncoded(file.AsSpan(0, file.Length * 7 / 10), new float[3 * 144]));
    }

    /// <summary>A line of pixels: resized as a whole it would be 224 high and 22 million wide, of which the network reads 224.</summary>
    [TestMethod]
    [DataRow(100_000, 1)]
    [DataRow(1, 100_000)]
    public void WriteImage_OfALine_TakesLittle(int width, int height)
    {
        using var image = ResizeFixture.Image(
            [.. Enumerable.Repeat((byte)90, width * height * 3)], width, height, MLPixelFormat.Bgra32);
        var writer = new ImageTensorWriter(new ImagePreprocessing(224, 3, new float[3], [1, 1, 1]));
        float[] written = new float[writer.Length];
        long before = GC.GetAllocatedBytesForCurrentThread();

        writer.WriteImage(image, written);

        Assert.IsLessThan(8L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        CollectionAssert.AreEqual(Enumerable.Repeat(90 / 255f, written.Length).ToArray(), written);
    }

    [TestMethod]
    public void WriteImage_OfALineThatCannotBeResized_SaysItsSizes()
    {
        using var image = ResizeFixture.Image(new byte[10_000_000 * 3], 10_000_000, 1, MLPixelFormat.Bgra32);
        var writer = new ImageTensorWriter(new ImagePreprocessing(224, 3, new float[3], [1, 1, 1]));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteImage(image, new float[writer.Length]));

        StringAssert.Contains(
            error.Message, "10000000x1 pixels, its sides too unlike: resized it would be 2240000000x224", StringComparison.Ordinal);
    }

    /// <summary>Both sides to 224: the filter alone would read 10 million pixels for each of 224, four bytes each.</summary>
    [TestMethod]
    public void WriteImage_WhoseFilterWouldTakeTooMuch_IsRefused()
    {
        using var image = ResizeFixture.Image(new byte[30_000_000 * 3], 1, 30_000_000, MLPixelFormat.Bgra32);
        var writer = new ImageTensorWriter(new ImagePreprocessing(224, 3, new float[3], [1, 1, 1], ImageResize.Exact));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => writer.WriteImage(image, new float[writer.Length]));

        StringAssert.Contains(error.Message, "1x30000000 pixels, its sides too unlike", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WriteImage_AboveTheLimit_IsRefused_AndOneBelowIsEnlarged()
    {
        using var image = ResizeFixture.Image(new byte[5 * 3 * 3], 5, 3, MLPixelFormat.Rgba32);
        var preprocessing = new ImagePreprocessing(224, 3, new float[3], [1, 1, 1]);
        float[] written = new float[224 * 224 * 3];

        new ImageTensorWriter(preprocessing, maximumPixels: 15).WriteImage(image, written);
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => new ImageTensorWriter(preprocessing, maximumPixels: 14).WriteImage(image, written));

        StringAssert.Contains(error.Message, "5x3 pixels by its header, above the limit of 14", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WriteImage_OfNull_IsInvalidData() =>
        Assert.ThrowsExactly<InvalidDataException>(() => new ImageTensorWriter(ImageNetWithoutResize(4)).WriteImage(null, new float[48]));

    private static ImagePreprocessing ImageNetWithoutResize(int size) =>
        new(size, 3, [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f], ImageResize.None);
}
