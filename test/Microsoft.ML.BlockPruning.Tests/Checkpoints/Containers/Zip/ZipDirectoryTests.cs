using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.Zip;

/// <summary>Archives by .NET's own writer, and the same with fields changed (APPNOTE.TXT, sections 4.3 and 4.5).</summary>
[TestClass]
public sealed class ZipDirectoryTests
{
    private const int DirectoryEntry = 46;

    [TestMethod]
    public void Read_FindsWhatDotNetWrote()
    {
        byte[] zip = Zip();

        var places = ZipDirectory.Read(new MemoryStream(zip), "'file'");

        CollectionAssert.AreEquivalent(new[] { "a/one", "a/two", "a/packed" }, places.Keys.ToArray());
        Assert.AreEqual("first", Content(zip, places["a/one"]));
        Assert.AreEqual("the second", Content(zip, places["a/two"]));
        Assert.AreEqual("is compressed", places["a/packed"].Obstacle);
    }

    /// <summary>As files above 4 GB are: the 32-bit fields are full, the numbers stand in the extra field and the zip64 record.</summary>
    [TestMethod]
    public void Read_OfZip64_TakesTheLargeNumbers()
    {
        byte[] zip = Zip64();

        var places = ZipDirectory.Read(new MemoryStream(zip), "'file'");

        Assert.AreEqual("first", Content(zip, places["a/one"]));
    }

    [TestMethod]
    public void Read_OfAFileThatIsCutOff_SaysSo()
    {
        byte[] zip = Zip();
        for (int length = 0; length < zip.Length; length += 7)
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() => ZipDirectory.Read(new MemoryStream(zip[..length]), "'file'"));
            StringAssert.StartsWith(error.Message, "'file': the zip directory ");
        }

        StringAssert.Contains(Refused(zip[..^9]), "cut off");
    }

    [TestMethod]
    [DataRow(20, 4, 99u, "damaged")] // stored, but of another size than in full
    [DataRow(42, 4, 0x7fffffffu, "not there")] // begins behind the end
    [DataRow(42, 4, 1u, "not there")] // begins within another entry
    [DataRow(28, 2, 0xffffu, "damaged")] // a name longer than the directory
    [DataRow(46, 1, 98u, "not there")] // another name than the entry has itself
    [DataRow(0, 4, 0u, "damaged")]
    public void Read_OfADirectoryThatIsChanged_IsRefused(int field, int bytes, uint value, string says)
    {
        byte[] zip = Zip();
        int entry = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        byte[] number = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        number.AsSpan(0, bytes).CopyTo(zip.AsSpan(entry + field));

        StringAssert.Contains(Refused(zip), says);
    }

    [TestMethod]
    public void Read_OfEntriesThatOverlap_OrComeTwice_IsRefused()
    {
        byte[] overlapping = Zip();
        int second = SecondEntry(overlapping);
        BinaryPrimitives.WriteUInt32LittleEndian(overlapping.AsSpan(overlapping.AsSpan().IndexOf("PK\u0001\u0002"u8) + 20), 60);
        BinaryPrimitives.WriteUInt32LittleEndian(overlapping.AsSpan(overlapping.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24), 60);
        byte[] twice = Zip(), fewer = Zip();
        BinaryPrimitives.WriteUInt16LittleEndian(fewer.AsSpan(fewer.AsSpan().IndexOf("PK\u0005\u0006"u8) + 10), 2);
        "a/one"u8.CopyTo(twice.AsSpan(second + DirectoryEntry));
        "a/one"u8.CopyTo(twice.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(twice.AsSpan(second + 42)) + 30));

        StringAssert.Contains(Refused(overlapping), "reaches into what lies beside it");
        StringAssert.Contains(Refused(twice), "lists 'a/one' twice");
        StringAssert.Contains(Refused(fewer), "says it has 2 entries, but lists 3");
    }

    private static byte[] Zip()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "a/one", "first", CompressionLevel.NoCompression);
            Add(zip, "a/two", "the second", CompressionLevel.NoCompression);
            Add(zip, "a/packed", new string('x', 300), CompressionLevel.Optimal);
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, string content, CompressionLevel level)
    {
        using var entry = zip.CreateEntry(name, level).Open();
        entry.Write(Encoding.ASCII.GetBytes(content));
    }

    private static byte[] Zip64()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("PK\u0003\u0004"u8); // local header: sizes and sum zero, as torch leaves them
        writer.Write(new byte[22]);
        writer.Write((ushort)5);
        writer.Write((ushort)0);
        writer.Write("a/onefirst"u8);
        long directory = stream.Position;
        writer.Write("PK\u0001\u0002"u8);
        writer.Write(new byte[16]);
        writer.Write(uint.MaxValue); // packed
        writer.Write(uint.MaxValue); // in full
        writer.Write((ushort)5);
        writer.Write((ushort)(4 + 4 + 24 + 4));
        writer.Write(new byte[10]);
        writer.Write(uint.MaxValue); // where
        writer.Write("a/one"u8);
        writer.Write((ushort)0xcafe); // a field of another program before it
        writer.Write((ushort)4);
        writer.Write(0);
        writer.Write((ushort)1);
        writer.Write((ushort)24);
        writer.Write(5L);
        writer.Write(5L);
        writer.Write(0L);
        long end = stream.Position;
        writer.Write("PK\u0006\u0006"u8);
        writer.Write(44L);
        writer.Write(new byte[12]);
        writer.Write(1L);
        writer.Write(1L);
        writer.Write(end - directory);
        writer.Write(directory);
        writer.Write("PK\u0006\u0007"u8);
        writer.Write(0);
        writer.Write(end);
        writer.Write(1);
        writer.Write("PK\u0005\u0006"u8);
        writer.Write(0);
        writer.Write(uint.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write((ushort)0);
        return stream.ToArray();
    }

    private static int SecondEntry(byte[] zip)
    {
        int first = zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 4;
        return first + zip.AsSpan(first).IndexOf("PK\u0001\u0002"u8);
    }

    private static string Content(byte[] zip, ZipPlace place) =>
        Encoding.ASCII.GetString(zip, (int)place.Position, (int)place.Length);

    private static string Refused(byte[] zip) =>
        Assert.ThrowsExactly<InvalidDataException>(() => ZipDirectory.Read(new MemoryStream(zip), "'file'")).Message;
}
