using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class ImageDecoderTests
{
    private const long Limit = ImageFile.DefaultMaximumPixels;

    public static IEnumerable<object[]> Files => FileFixture.Files.Select(file => new object[] { file.Text("name") });

    public static IEnumerable<object[]> Hostile => HostileImage.All.Select(image => new object[] { image.Name });

    public static IEnumerable<object[]> BeyondAnyArray => HostileImage.All
        .Where(image => !image.Name.StartsWith("WebP, ", StringComparison.Ordinal) && image.Name != "PNG of unsigned sides")
        .Select(image => new object[] { image.Name });

    public static IEnumerable<object[]> Contradictory => HostileImage.Contradictory.Select(image => new object[] { image.Name });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void Decode_SeesWhatPillowSees(string name)
    {
        var file = FileFixture.Files.Single(file => file.Text("name") == name);
        byte[] expected = file.Bytes("rgb");
        using var image = new ImageDecoder(Limit).Decode(file.Bytes("bytes"));

        Assert.AreEqual((FileFixture.Size, FileFixture.Size), (image.Width, image.Height));
        for (int i = 0; i < expected.Length; i++)
        {
            int found = image.Pixels[(i / 3 * 4) + 2 - (i % 3)];
            Assert.IsLessThanOrEqualTo(file.Int("tolerance"), Math.Abs(found - expected[i]), $"pixel {i / 3}, {found} for {expected[i]}");
        }
    }

    /// <summary>Pillow shows 16-bit grey as white (it cuts off at 255); here it keeps its high byte, as Pillow does with colours.</summary>
    [TestMethod]
    public void Decode_OfGreyOf16Bits_KeepsTheHighByte()
    {
        using var image = new ImageDecoder(Limit).Decode(FileFixture.Grey16);

        for (int x = 0; x < image.Width; x++)
        {
            Assert.AreEqual(16 * x, image.Pixels[4 * x]);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Hostile))]
    public void Decode_OfAClaimAboveTheLimit_SaysBothAndTakesNoMemory(string name)
    {
        var (_, file, size) = HostileImage.All.Single(image => image.Name == name);
        var decoder = new ImageDecoder(Limit);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => decoder.Decode(file).Dispose());

        StringAssert.Contains(error.Message, $"{size} pixels by its header, above the limit of 89478485", StringComparison.Ordinal);
        Assert.AreEqual(0, decoder.KeptBytes);
    }

    [TestMethod]
    [DynamicData(nameof(BeyondAnyArray))]
    public void Decode_OfAClaimBeyondAnyArray_IsRefusedWhateverTheLimit(string name)
    {
        var (_, file, size) = HostileImage.All.Single(image => image.Name == name);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(long.MaxValue).Decode(file).Dispose());

        StringAssert.Contains(error.Message, $"{size} pixels by its header, above the 536870897", StringComparison.Ordinal);
    }

    [TestMethod]
    [DynamicData(nameof(Contradictory))]
    public void Decode_OfAContradiction_SaysWhich(string name)
    {
        var (_, file, says) = HostileImage.Contradictory.Single(image => image.Name == name);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => new ImageDecoder(Limit).Decode(file).Dispose());

        StringAssert.Contains(error.Message, says, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("000001000100101000000100200068", "an icon (ICO)")]
    [DataRow("000002000100101000000100200068", "a cursor (CUR)")]
    [DataRow("00000808FFFFFFFFFFFFFFFF", "a WBMP")]
    [DataRow("49492A0008000000", "a TIFF or raw camera (DNG)")]
    [DataRow("4D4D002A00000008", "a TIFF or raw camera (DNG)")]
    [DataRow("000000186674797068656963", "a HEIF")]
    [DataRow("000000186674797061766966", "an AVIF")]
    [DataRow("000000186674797063727820", "a raw camera")]
    [DataRow("FF0A0000", "a JPEG XL")]
    [DataRow("0000000C4A584C200D0A870A", "a JPEG XL")]
    [DataRow("0000000C6A5020200D0A870A", "a JPEG 2000")]
    [DataRow("38425053", "a Photoshop")]
    [DataRow("3C73766720", "an SVG")]
    public void Decode_OfAFormatThatIsNotPromised_RefusesItByName(string bytes, string name)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => new ImageDecoder(Limit).Decode(Convert.FromHexString(bytes)).Dispose());

        StringAssert.Contains(error.Message, $"bytes are {name} file, which is not read; convert it", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("huge-header-only.png", "above the limit of 89478485")]
    [DataRow("png-20000x20000-1bit.png", "20000x20000 pixels by its header, above the limit of 89478485")]
    public void Check_OfACaseThatEndedTheProcess_SaysWhatItClaims(string name, string says)
    {
        byte[] file = File.ReadAllBytes(CaseFiles.Image(name));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.Check(file));
        var same = Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.ReadSize(file));

        StringAssert.Contains(error.Message, says, StringComparison.Ordinal);
        Assert.AreEqual(error.Message, same.Message);
    }

    [TestMethod]
    public void Limit_CountsPixelsToTheLast()
    {
        byte[] file = FileFixture.Named("WebP, lossless");

        ImageFile.Check(file, maximumPixels: FileFixture.Size * FileFixture.Size);
        Assert.AreEqual((FileFixture.Size, FileFixture.Size), ImageFile.ReadSize(file, FileFixture.Size * FileFixture.Size));
        Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.Check(file, (FileFixture.Size * FileFixture.Size) - 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImageFile.Check(file, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImageFile.ReadSize(file, -1));
    }

    /// <summary>Every cut of every file: what is left is an image or one error, and the process goes on.</summary>
    [TestMethod]
    public void Decode_OfEveryCut_IsAnImageOrInvalidData()
    {
        var decoder = new ImageDecoder(Limit);
        foreach (var file in FileFixture.Files)
        {
            byte[] whole = file.Bytes("bytes");
            int read = 0;
            for (int length = 0; length < whole.Length; length += 3)
            {
                try
                {
                    decoder.Decode(whole.AsSpan(0, length)).Dispose();
                    read++;
                }
                catch (InvalidDataException)
                {
                }
            }

            // Some formats end with bytes that no pixel needs.
            Assert.IsLessThanOrEqualTo(whole.Length / 3, read, file.Text("name"));
            decoder.Decode(whole).Dispose();
        }
    }
}
