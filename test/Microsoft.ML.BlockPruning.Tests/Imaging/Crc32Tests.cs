using System.IO.Compression;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class Crc32Tests
{
    /// <summary>The check value that every catalogue of sums has for CRC-32/ISO-HDLC.</summary>
    [TestMethod]
    public void Append_OfTheNineDigits_IsTheCheckValue() => Assert.AreEqual(0xcbf43926u, Crc32.Append(Crc32.Empty, "123456789"u8));

    [TestMethod]
    public void Append_OfAnyLengthInAnyPieces_IsWhatZipArchiveWrites()
    {
        var random = new Random(1);
        for (int length = 0; length < 40; length++)
        {
            byte[] content = new byte[length];
            random.NextBytes(content);
            int cut = random.Next(length + 1);

            Assert.AreEqual(OfZip(content), Crc32.Append(Crc32.Append(Crc32.Empty, content.AsSpan(..cut)), content.AsSpan(cut..)));
        }
    }

    private static uint OfZip(byte[] content)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("entry").Open();
            entry.Write(content);
        }

        using var written = new ZipArchive(file, ZipArchiveMode.Read);
        return written.Entries[0].Crc32;
    }
}
