using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Vectors of pixels that were scaled or normalised before: they would be black to the network, without a word.</summary>
[TestClass]
public sealed class PixelScaleTests
{
    private const int Size = 4;

    [TestMethod]
    [DataRow(1f, DisplayName = "an ordinary picture")]
    [DataRow(0.02f, DisplayName = "a dark one")]
    public void WriteValues_OfPixelsOfZeroToOne_SaysWhatToDo(float brightest)
    {
        float[] values = [.. Enumerable.Range(0, Size * Size * 3).Select(i => brightest * i / ((Size * Size * 3) - 1))];

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Write(values));

        StringAssert.StartsWith(error.Message, "all pixels are at most 1; ", StringComparison.Ordinal);
        StringAssert.Contains(error.Message, "without scaleImage", StringComparison.Ordinal);
    }

    /// <summary>A drawing in black and white, scaled; or the darkest picture but one of 0 to 255, which nobody has.</summary>
    [TestMethod]
    public void WriteValues_OfZerosAndOnes_IsTakenForScaled() =>
        Assert.ThrowsExactly<InvalidDataException>(() => Write([.. Enumerable.Range(0, Size * Size * 3).Select(i => (float)(i % 2))]));

    /// <summary>Black is black in either scale, and one colour tells none.</summary>
    [TestMethod]
    [DataRow(0f)]
    [DataRow(1f)]
    public void WriteValues_OfAllZerosOrAllOnes_IsRead(float value) => CollectionAssert.AreEqual(
        Enumerable.Repeat(value / 255, Size * Size * 3).ToArray(), Write([.. Enumerable.Repeat(value, Size * Size * 3)]));

    [TestMethod]
    public void WriteValues_OfOneGreyBelowOne_IsTakenForScaled() =>
        Assert.ThrowsExactly<InvalidDataException>(() => Write([.. Enumerable.Repeat(0.5f, Size * Size * 3)]));

    [TestMethod]
    [DataRow(2f, DisplayName = "a picture of 0 to 2, next to black")]
    [DataRow(255f, DisplayName = "one white value")]
    public void WriteValues_WithOneValueAboveOne_IsRead(float brightest)
    {
        float[] values = new float[Size * Size * 3];
        values[5] = brightest;

        Assert.AreEqual(brightest / 255, Write(values)[5]);
    }

    [TestMethod]
    [DataRow(-0.4f)]
    [DataRow(float.NegativeInfinity)]
    [DataRow(255.5f)]
    [DataRow(65535f)] // of 16 bits
    public void WriteValues_OfAValueOutsideBytes_NamesIt(float bad)
    {
        float[] values = [.. Enumerable.Repeat(9f, Size * Size * 3)];
        values[21] = bad;

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Write(values));

        StringAssert.Contains(error.Message, "channel 1, row 1, column 1", StringComparison.Ordinal);
    }

    private static float[] Write(float[] values)
    {
        var writer = new ImageTensorWriter(new ImagePreprocessing(Size, 3, new float[3], [1, 1, 1], ImageResize.None));
        float[] written = new float[writer.Length];
        writer.WriteValues(values, written);
        return written;
    }
}
