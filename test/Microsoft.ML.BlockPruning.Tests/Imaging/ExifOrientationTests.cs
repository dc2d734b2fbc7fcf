using Microsoft.ML.BlockPruning.Imaging;
using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class ExifOrientationTests
{
    /// <summary>TIFF 6.0: byte order, 42, where the directory is, how many entries; of an entry tag, type, count, value.</summary>
    [TestMethod]
    [DataRow("49492A00" + "08000000" + "0100" + "1201" + "0300" + "01000000" + "06000000", SKEncodedOrigin.RightTop)]
    [DataRow("4D4D002A" + "00000008" + "0001" + "0112" + "0003" + "00000001" + "00080000", SKEncodedOrigin.LeftBottom)]
    [DataRow(
        "4D4D002A" + "00000008" + "0002" + "0100" + "0003" + "00000001" + "00050000" + "0112" + "0003" + "00000001" + "00030000",
        SKEncodedOrigin.BottomRight, DisplayName = "the second entry")]
    [DataRow("4D4D002A" + "00000008" + "0001" + "0112" + "0003" + "00000001" + "00090000", SKEncodedOrigin.TopLeft, DisplayName = "9")]
    [DataRow("4D4D002A" + "00000008" + "0001" + "0112" + "0004" + "00000001" + "00000003", SKEncodedOrigin.TopLeft, DisplayName = "a long")]
    [DataRow("4D4D002A" + "00000008" + "FFFF" + "0112" + "0003" + "0000", SKEncodedOrigin.TopLeft, DisplayName = "cut off")]
    [DataRow("4D4D002A" + "FFFFFFFF", SKEncodedOrigin.TopLeft, DisplayName = "a directory far away")]
    [DataRow("4D4D002A" + "00000007" + "00", SKEncodedOrigin.TopLeft, DisplayName = "a directory of one byte")]
    [DataRow("58580000" + "00000000" + "0000", SKEncodedOrigin.TopLeft, DisplayName = "no byte order")]
    [DataRow("", SKEncodedOrigin.TopLeft, DisplayName = "nothing")]
    public void Of_ReadsTheFirstDirectory(string tiff, SKEncodedOrigin expected) =>
        Assert.AreEqual(expected, ExifOrientation.Of(Convert.FromHexString(tiff)));
}
