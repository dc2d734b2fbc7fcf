using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>What decoding would take is held against 8 bytes for each pixel of the limit before a decoder sees the file.</summary>
[TestClass]
public sealed class DecodingMemoryTests
{
    private const ushort Side = 9400; // 88,360,000 pixels, below the default limit of 89,478,485

    public static IEnumerable<object[]> Names => HungryImage.All.Select(image => new object[] { image.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ReadSize_TakesWhatFitsAndRefusesWhatDoesNot(string name)
    {
        var (_, file, bytesPerPixel) = HungryImage.All.Single(image => image.Name == name);
        long bytes = (long)(88_360_000 * bytesPerPixel);

        if (bytes <= 715_827_880) // 8 times 89,478,485
        {
            Assert.AreEqual((Side, Side), ImageFile.ReadSize(file(Side, Side)));
            return;
        }

        foreach (var read in new Action[]
        {
            () => ImageFile.ReadSize(file(Side, Side)), () => ImageFile.Check(file(Side, Side)),
            () => new ImageDecoder(ImageFile.DefaultMaximumPixels).Decode(file(Side, Side)).Dispose(),
        })
        {
            string message = Assert.ThrowsExactly<InvalidDataException>(read).Message;
            StringAssert.Contains(message, $"9400x9400 pixels by its header, and decoding would take {bytes} bytes");
            StringAssert.Contains(message, "the limit is 715827880 bytes, 8 for each of 89478485 pixels");
            StringAssert.Contains(message, "raise MaximumPixels");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ReadSize_RefusesFromThePixelOnThatIsTooMuch(string name)
    {
        var (_, file, bytesPerPixel) = HungryImage.All.Single(image => image.Name == name);
        byte[] image = file(120, 100);
        long least = (long)Math.Ceiling(12_000 * Math.Max(bytesPerPixel, 8) / 8);

        Assert.AreEqual((120, 100), ImageFile.ReadSize(image, least));
        Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.ReadSize(image, least - 1));
        Assert.AreEqual((120, 100), ImageFile.ReadSize(image, long.MaxValue));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ReadSize_TakesTheSameFileOfTwoThirdsOfTheLimit(string name)
    {
        var (_, file, _) = HungryImage.All.Single(image => image.Name == name);

        Assert.AreEqual((9400, 6340), ImageFile.ReadSize(file(9400, 6340)));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ReadSize_OfAHeaderThatEndsAnywhere_IsASizeOrOneException(string name)
    {
        byte[] image = HungryImage.All.Single(image => image.Name == name).File(120, 100);

        for (int length = 0; length < image.Length; length++)
        {
            try
            {
                Assert.AreEqual((120, 100), ImageFile.ReadSize(image.AsSpan(0, length)));
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
