using Microsoft.ML.BlockPruning.Imaging;
using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class PixelRowsTests
{
    /// <summary>Three wide, two high; the letters are red values. What EXIF's numbers say is written out by hand.</summary>
    [TestMethod]
    [DataRow(SKEncodedOrigin.TopLeft, "abc/def")]
    [DataRow(SKEncodedOrigin.TopRight, "cba/fed")]
    [DataRow(SKEncodedOrigin.BottomRight, "fed/cba")]
    [DataRow(SKEncodedOrigin.BottomLeft, "def/abc")]
    [DataRow(SKEncodedOrigin.LeftTop, "ad/be/cf")]
    [DataRow(SKEncodedOrigin.RightTop, "da/eb/fc")]
    [DataRow(SKEncodedOrigin.RightBottom, "fc/eb/da")]
    [DataRow(SKEncodedOrigin.LeftBottom, "cf/be/ad")]
    public void Read_TurnsAsExifSays(SKEncodedOrigin origin, string seen)
    {
        byte[] pixels = [.. "abcdef".SelectMany(letter => new byte[] { (byte)letter, 1, 2, 3 })];

        var rows = new PixelRows(pixels, width: 3, height: 2, redOffset: 0, origin);
        string[] found = new string[rows.Height];
        byte[] row = new byte[rows.Width * 3];
        for (int y = 0; y < rows.Height; y++)
        {
            rows.Read(y, channels: 3, row);
            found[y] = string.Concat(row.Where((_, i) => i % 3 == 0).Select(red => (char)red));
        }

        Assert.AreEqual(seen, string.Join('/', found));
    }

    [TestMethod]
    [DynamicData(nameof(Turned))]
    public void WriteEncoded_TurnsAFileAsPillowDoes_WhereItIsAsked(string name)
    {
        var file = FileFixture.Turned.Single(file => file.Text("name") == name);

        foreach (var (applied, expected) in new[] { (false, "stored"), (true, "seen") })
        {
            var writer = new ImageTensorWriter(new ImagePreprocessing(
                FileFixture.Size, 3, new float[3], [1, 1, 1], ImageResize.ShortestSide, applyOrientation: applied));
            float[] written = new float[writer.Length];

            writer.WriteEncoded(file.Bytes("bytes"), written);

            CollectionAssert.AreEqual(file.Bytes(expected), ResizeFixture.ToInterleaved(written, 3), $"{name}, {expected}");
        }
    }

    public static IEnumerable<object[]> Turned => FileFixture.Turned.Select(file => new object[] { file.Text("name") });
}
