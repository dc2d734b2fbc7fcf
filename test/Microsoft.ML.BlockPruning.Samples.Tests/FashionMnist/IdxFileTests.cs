using System.IO.Compression;
using global::FashionMnist;

namespace Microsoft.ML.BlockPruning.Samples.Tests.FashionMnist;

[TestClass]
public sealed class IdxFileTests
{
    // Two images of 2x3 as the format's definition lays them out.
    private static readonly byte[] TwoImages = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255];
    private static readonly byte[] ThreeLabels = [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4];

    [TestMethod]
    public void ReadImages_ReadsWhatTheFormatDefines()
    {
        using var folder = new TemporaryFolder();

        var images = IdxFile.ReadImages(Zip(folder, TwoImages));

        Assert.AreEqual((2, 2, 3), (images.Count, images.Height, images.Width));
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 11, 255 }, images[1].ToArray());
    }

    [TestMethod]
    public void ReadLabels_ReadsWhatTheFormatDefines()
    {
        using var folder = new TemporaryFolder();

        CollectionAssert.AreEqual(new byte[] { 9, 0, 4 }, IdxFile.ReadLabels(Zip(folder, ThreeLabels)));
    }

    [TestMethod]
    public void Write_WritesWhatTheFormatDefines()
    {
        using var folder = new TemporaryFolder();

        IdxFile.WriteImages(new IdxImages(2, 2, 3, TwoImages[16..]), folder.File("images.gz"));
        IdxFile.WriteLabels(ThreeLabels[8..], folder.File("labels.gz"));

        CollectionAssert.AreEqual(TwoImages, Unzip(folder.File("images.gz")));
        CollectionAssert.AreEqual(ThreeLabels, Unzip(folder.File("labels.gz")));
    }

    [TestMethod]
    [DataRow(27, "11 follow", DisplayName = "elements cut off")]
    [DataRow(15, "takes 16", DisplayName = "header cut off")]
    [DataRow(0, "takes 16", DisplayName = "empty")]
    public void ReadImages_RefusesATruncatedFile(int length, string says)
    {
        using var folder = new TemporaryFolder();

        AssertRefused(() => IdxFile.ReadImages(Zip(folder, TwoImages[..length])), says);
    }

    [TestMethod]
    public void ReadImages_RefusesBytesAfterTheElements()
    {
        using var folder = new TemporaryFolder();

        AssertRefused(() => IdxFile.ReadImages(Zip(folder, [.. TwoImages, 0])), "2x2x3 = 12 bytes, but 13");
    }

    [TestMethod]
    public void ReadImages_RefusesAFileOfLabels()
    {
        using var folder = new TemporaryFolder();

        AssertRefused(() => IdxFile.ReadImages(Zip(folder, [.. ThreeLabels, 0, 0, 0, 0, 0])), "0x00000801");
    }

    [TestMethod]
    [DataRow(new byte[] { 0x80, 0, 0, 0 }, DisplayName = "negative")]
    [DataRow(new byte[] { 0, 0, 0, 0 }, DisplayName = "zero")]
    public void ReadImages_RefusesAnImpossibleHeight(byte[] height)
    {
        using var folder = new TemporaryFolder();

        AssertRefused(() => IdxFile.ReadImages(Zip(folder, [.. TwoImages[..8], .. height, .. TwoImages[12..]])), "dimension 1");
    }

    [TestMethod]
    public void ReadImages_RefusesDimensionsBeyondAnyFile()
    {
        using var folder = new TemporaryFolder();
        byte[] huge = [0, 0, 8, 3, .. Enumerable.Repeat<byte>(0x7f, 12)];

        AssertRefused(() => IdxFile.ReadImages(Zip(folder, huge)), "0 follow");
    }

    [TestMethod]
    public void Read_ReadsPlainFiles()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("labels"), ThreeLabels);
        File.WriteAllBytes(folder.File("images"), TwoImages);

        CollectionAssert.AreEqual(new byte[] { 9, 0, 4 }, IdxFile.ReadLabels(folder.File("labels")));
        CollectionAssert.AreEqual(TwoImages[16..], IdxFile.ReadImages(folder.File("images")).Pixels);
    }

    [TestMethod]
    public void ReadLabels_RefusesDamagedGzip()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("damaged"), [0x1f, 0x8b, 99, .. ThreeLabels]);

        AssertRefused(() => IdxFile.ReadLabels(folder.File("damaged")), "gzip");
    }

    [TestMethod]
    public void ReadImages_UnpacksNoMoreThanTheHeaderAllows()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("bomb.gz");
        using (var zipped = new GZipStream(File.Create(path), CompressionLevel.SmallestSize))
        {
            zipped.Write(TwoImages);
            byte[] zeros = new byte[1 << 20];
            for (int megabyte = 0; megabyte < 200; megabyte++)
            {
                zipped.Write(zeros);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(() => IdxFile.ReadImages(path), "2x2x3 = 12 bytes, but 13 or more follow");
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ReadImages_TakesNoMemoryForAClaimThatTheFileCannotHold(bool isZipped)
    {
        using var folder = new TemporaryFolder();
        byte[] content = new byte[16 + 10_000];
        new byte[] { 0, 0, 8, 3, 0, 0, 0x80, 0, 0, 0, 0x40, 0, 0, 0, 1, 0 }.CopyTo(content, 0); // 32768 x 16384 x 256
        File.WriteAllBytes(folder.File("plain"), content);

        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(
            () => IdxFile.ReadImages(isZipped ? Zip(folder, content) : folder.File("plain")), "32768x16384x256 = 137438953472 bytes, but");
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(9)]
    public void ReadImages_RefusesGzipThatIsCutOff(int missing)
    {
        using var folder = new TemporaryFolder();
        byte[] zipped = File.ReadAllBytes(Zip(folder, TwoImages));
        File.WriteAllBytes(folder.File("cut.gz"), zipped[..^missing]);

        AssertRefused(() => IdxFile.ReadImages(folder.File("cut.gz")), folder.File("cut.gz"));
    }

    private static void AssertRefused(Func<object> read, string says)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => read());

        StringAssert.Contains(error.Message, says);
    }

    private static string Zip(TemporaryFolder folder, byte[] content)
    {
        string path = folder.File("file.gz");
        using var zipped = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        zipped.Write(content);
        return path;
    }

    private static byte[] Unzip(string path)
    {
        using var unzipped = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        unzipped.CopyTo(content);
        return content.ToArray();
    }
}
