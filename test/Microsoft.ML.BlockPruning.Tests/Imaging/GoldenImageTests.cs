using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Every entry of Golden/images.json, to the byte.</summary>
[TestClass]
public sealed class GoldenImageTests
{
    // TIFF is not read, and Pillow 9.4 makes grey of 16 bits white: README of Imaging.
    private static readonly string[] ReadOtherwise = ["d_tiff.tif", "d_grey16.png"];

    public static IEnumerable<object[]> Preprocessed => GoldenImages.NamesOf("preprocess");

    public static IEnumerable<object[]> Normalised => GoldenImages.NamesOf("normalise");

    public static IEnumerable<object[]> Decoded =>
        GoldenImages.NamesOf("decode", entry => !ReadOtherwise.Contains(entry.Text("expect")));

    public static IEnumerable<object[]> Turned =>
        GoldenImages.NamesOf("decode", entry => entry.TryGetProperty("expect_transposed", out _));

    [TestMethod]
    [DynamicData(nameof(Preprocessed))]
    public void ResizeAndCrop_GivePillowsBytes(string name)
    {
        var entry = GoldenImages.Find(name);
        var writer = new ImageTensorWriter(GoldenImages.Preprocessing(entry, new float[3], [1, 1, 1]));
        float[] written = new float[writer.Length];

        writer.WriteEncoded(GoldenImages.Image(entry), written);

        CollectionAssert.AreEqual(GoldenImages.Bytes(entry).Bytes, ResizeFixture.ToInterleaved(written, 3), entry.GetRawText());
    }

    [TestMethod]
    [DynamicData(nameof(Normalised))]
    public void Normalise_GivesNumPysFloats(string name)
    {
        var entry = GoldenImages.Find(name);
        float[] Values(string key) => [.. entry.GetProperty(key).EnumerateArray().Select(value => value.GetSingle())];
        var writer = new ImageTensorWriter(GoldenImages.Preprocessing(entry, Values("mean"), Values("std")));
        float[] written = new float[writer.Length], expected = GoldenImages.Floats(entry);

        writer.WriteEncoded(GoldenImages.Image(entry), written);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], written[i], entry.GetProperty("tolerance").GetSingle(), $"value {i}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Decoded))]
    public void Decode_GivesPillowsBytes(string name)
    {
        var entry = GoldenImages.Find(name);
        var (expected, height, width) = GoldenImages.Bytes(entry);

        CollectionAssert.AreEqual(expected, Decode(GoldenImages.Image(entry), height, width, isOriented: false));
    }

    [TestMethod]
    [DynamicData(nameof(Turned))]
    public void Decode_TurnsAsHuggingFace(string name)
    {
        var entry = GoldenImages.Find(name);
        var (expected, height, width) = GoldenImages.Bytes(entry, "expect_transposed");

        CollectionAssert.AreEqual(expected, Decode(GoldenImages.Image(entry), height, width, isOriented: true));
    }

    /// <summary>[height, width, 3]: rows of the decoded image; its sides are not alike, so no preprocessing leaves it whole.</summary>
    private static byte[] Decode(byte[] file, int height, int width, bool isOriented)
    {
        using var image = new ImageDecoder(ImageFile.DefaultMaximumPixels).Decode(file);
        var rows = isOriented
            ? new PixelRows(image.Pixels, image.Width, image.Height, redOffset: 2, image.Origin)
            : new PixelRows(image.Pixels, image.Width, image.Height, redOffset: 2);
        Assert.AreEqual((width, height), (rows.Width, rows.Height));
        byte[] pixels = new byte[height * width * 3];
        for (int y = 0; y < height; y++)
        {
            rows.Read(y, 3, pixels.AsSpan(y * width * 3, width * 3));
        }

        return pixels;
    }
}
