using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.Safetensors;

[TestClass]
public sealed class SafetensorsWriterTests
{
    [TestMethod]
    public void Write_GivesTheBytesOfTheFormat()
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("k", "v");
        writer.Add("a", [2], [1f, -2f]);
        writer.Add("b", [], new long[] { 3 });

        byte[] bytes = Write(writer);

        // The wider element first, so that it stands at a multiple of 8.
        const string header = """{"__metadata__":{"k":"v"},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]}"""
            + ""","a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""";
        byte[] data = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 192]; // 1f = 0x3F800000, -2f = 0xC0000000
        CollectionAssert.AreEqual(SafetensorsBytes.Of(header.PadRight((header.Length + 7) / 8 * 8), data), bytes);
    }

    [TestMethod]
    [DataRow("a")]
    [DataRow("ab")]
    [DataRow("abcdefg")]
    [DataRow("ä\"\\\n\u0000")]
    public void Write_StartsDataAtAMultipleOf8AndKeepsAnyName(string name)
    {
        var writer = new SafetensorsWriter();
        writer.Add(name, [1], [1f]);

        byte[] bytes = Write(writer);

        Assert.AreEqual(0ul, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
        CollectionAssert.AreEqual(new[] { 1f }, SafetensorsBytes.Read(bytes).ReadSingles(name));
    }

    [TestMethod]
    public void Write_RoundTripsEveryBitPattern()
    {
        var random = new Random(1);
        int[] bits = [.. Enumerable.Range(0, 100_000).Select(_ => random.Next(int.MinValue, int.MaxValue))]; // several chunks
        float[] floats = [.. bits.Select(BitConverter.Int32BitsToSingle)];
        int[] integers = bits[..35_000];
        var writer = new SafetensorsWriter();
        writer.Add("floats", [100, 1000], floats);
        writer.Add("integers", [35_000], integers);

        var file = SafetensorsBytes.Read(Write(writer));

        CollectionAssert.AreEqual(bits, file.ReadSingles("floats").Select(BitConverter.SingleToInt32Bits).ToArray());
        CollectionAssert.AreEqual(integers, file.ReadInt32s("integers"));
        CollectionAssert.AreEqual(new long[] { 100, 1000 }, file.Tensors["floats"].Shape);
    }

    [TestMethod]
    public void Write_NeedsNoSeeking()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [1], [1f]);
        var target = new MemoryStream();
        using (var forwardOnly = new GZipStream(target, CompressionMode.Compress, leaveOpen: true))
        {
            writer.Write(forwardOnly);
        }

        target.Position = 0;
        using var unzipped = new GZipStream(target, CompressionMode.Decompress);
        CollectionAssert.AreEqual(new[] { 1f }, SafetensorsFile.Read(unzipped).ReadSingles("a"));
    }

    [TestMethod]
    public void Add_RefusesAWrongLengthAndASecondName()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [1], [1f]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => writer.Add("b", [2, 3], [1f])).Message, "needs 6 values, found 1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => writer.Add("a", [1], [1f])).Message, "'a'");
    }

    [TestMethod]
    public void Write_WithoutTensorsIsAValidFile()
    {
        byte[] bytes = Write(new SafetensorsWriter());
        Assert.AreEqual("{}", Encoding.UTF8.GetString(bytes[8..]).TrimEnd());
        Assert.IsEmpty(SafetensorsBytes.Read(bytes).Tensors);
    }

    private static byte[] Write(SafetensorsWriter writer)
    {
        var stream = new MemoryStream();
        writer.Write(stream);
        return stream.ToArray();
    }
}
