using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.Safetensors;

[TestClass]
public sealed class SafetensorsFileTests
{
    private static readonly byte[] Eight = [1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>What is wrong, the file, and what the message must say.</summary>
    public static IEnumerable<(string Case, byte[] Bytes, string[] Says)> BadFiles =>
    [
        ("empty", [], ["0 bytes"]),
        ("no whole length", [1, 0, 0], ["3 bytes"]),
        ("header past the end", [.. SafetensorsBytes.Length(3), .. "{}"u8], ["claims 3", "at most 2"]),
        ("header length overflows", [.. SafetensorsBytes.Length(ulong.MaxValue), .. "{}"u8], ["claims 18446744073709551615"]),
        ("empty header", SafetensorsBytes.Of(string.Empty), ["not a JSON object"]),
        ("space before the object", SafetensorsBytes.Of(" {}"), ["not a JSON object"]),
        ("an array", SafetensorsBytes.Of("[]"), ["not a JSON object"]),
        ("broken JSON", SafetensorsBytes.Of("""{"t":"""), ["not valid JSON"]),
        ("two values", SafetensorsBytes.Of("{}{}"), ["not valid JSON"]),
        ("not UTF-8", SafetensorsBytes.Of([(byte)'{', 0xFF, (byte)'}'], []), ["UTF-8"]),
        ("lone surrogate", SafetensorsBytes.Of("""{"\uD800":1}"""), ["not valid JSON"]),
        ("tensor is no object", SafetensorsBytes.Of("""{"t":1}"""), ["tensor 't'", "found number"]),
        ("no dtype", SafetensorsBytes.Of("""{"t":{"shape":[],"data_offsets":[0,4]}}""", 0, 0, 0, 0), ["'t'", "no 'dtype'"]),
        ("no shape", SafetensorsBytes.Of("""{"t":{"dtype":"F32","data_offsets":[0,4]}}""", 0, 0, 0, 0), ["'t'", "no 'shape'"]),
        ("no offsets", SafetensorsBytes.Of("""{"t":{"dtype":"U8","shape":[0],"offsets":[0,0]}}"""), ["'t'", "no 'data_offsets'"]),
        ("unknown dtype", Entry("F31", "[2]", "[0,8]"), ["'t'", "'F31'", "BF16"]),
        ("dtype is a number", Entry("""F32","dtype":1,"x":"x""", "[2]", "[0,8]"), ["'t'", "'dtype' twice"]),
        ("negative side", Entry("F32", "[-2]", "[0,8]"), ["'t'", "-2"]),
        ("side is no integer", Entry("F32", "[2.5]", "[0,8]"), ["'t'", "2.5"]),
        ("side is text", Entry("F32", """["2"]""", "[0,8]"), ["'t'", "\"2\""]),
        ("sides overflow", Entry("F32", "[4294967296,4294967296]", "[0,8]"), ["'t'", "2^63"]),
        ("bytes overflow", Entry("F64", "[2305843009213693952]", "[0,8]"), ["'t'", "2^63"]),
        ("too few bytes", Entry("F32", "[3]", "[0,8]"), ["'t'", "12 bytes", "span 8"]),
        ("too many bytes", Entry("F32", "[1]", "[0,8]"), ["'t'", "4 bytes", "span 8"]),
        ("end before begin", Entry("F32", "[2]", "[8,0]"), ["'t'", "span -8"]),
        ("three offsets", Entry("F32", "[2]", "[0,8,8]"), ["'t'", "3 numbers"]),
        ("begin is not 0", Entry("U8", "[7]", "[1,8]"), ["'t'", "hole", "expected begin 0"]),
        ("cut off", SafetensorsBytes.OneTensor("F32", 2, Eight)[..^1], ["'t'", "byte 8", "7 bytes", "cut off"]),
        ("trailing byte", [.. SafetensorsBytes.OneTensor("F32", 2, Eight), 0], ["1 bytes follow", "'t'"]),
        ("overlap", Two("[0,4]", "[3,7]", 7), ["'b'", "overlaps", "'a'"]),
        ("same bytes twice", Two("[0,4]", "[0,4]", 4), ["overlaps"]),
        ("hole", Two("[0,4]", "[5,9]", 9), ["'b'", "hole", "'a'"]),
        ("name twice", Two("[0,4]", "[4,8]", 8, nameB: "a"), ["'a'", "twice"]),
        ("metadata twice", SafetensorsBytes.Of("""{"__metadata__":{},"__metadata__":{}}"""), ["__metadata__", "twice"]),
        ("metadata is no object", SafetensorsBytes.Of("""{"__metadata__":[]}"""), ["__metadata__", "array"]),
        ("metadata value is a number", SafetensorsBytes.Of("""{"__metadata__":{"k":1}}"""), ["'k'", "number", "string"]),
        ("metadata key twice", SafetensorsBytes.Of("""{"__metadata__":{"k":"1","k":"2"}}"""), ["'k'", "twice"]),
    ];

    [TestMethod]
    [DynamicData(nameof(BadFiles))]
    public void Read_RefusesABadFileAndSaysWhy(string fault, byte[] bytes, string[] says)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsBytes.Read(bytes), fault);
        foreach (string part in says)
        {
            StringAssert.Contains(error.Message, part, fault);
        }
    }

    [TestMethod]
    public void Read_RefusesEveryTruncation()
    {
        byte[] whole = SafetensorsBytes.OneTensor("F32", 2, Eight);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsBytes.Read(whole[..length]), $"first {length} bytes");
        }
    }

    [TestMethod]
    public void Read_MeetsAnyDamagedHeaderByteWithInvalidDataOrAValidFile()
    {
        byte[] whole = SafetensorsBytes.OneTensor("F32", 2, Eight);
        for (int at = 0; at < whole.Length - Eight.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. whole];
                damaged[at] = (byte)value;
                try
                {
                    Assert.HasCount(1, SafetensorsBytes.Read(damaged).Tensors);
                }
                catch (InvalidDataException)
                {
                    // Any other exception fails the test.
                }
            }
        }
    }

    [TestMethod]
    public void Open_RefusesAHeaderOver100Megabytes()
    {
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder["f"]))
        {
            stream.Write(SafetensorsBytes.Length(100_000_001));
            stream.SetLength(100_000_009); // the disk holds no zeros for it
        }

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.Open(folder["f"]));

        StringAssert.Contains(error.Message, "claims 100000001 bytes, expected at most 100000000");
    }

    [TestMethod]
    public void Open_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["broken.safetensors"], [1, 2, 3]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.Open(folder["broken.safetensors"]));

        StringAssert.Contains(error.Message, "broken.safetensors");
        File.Delete(folder["broken.safetensors"]); // fails on Windows if the file were still open
    }

    [TestMethod]
    public void Read_ReadsFromAStreamThatCannotSeek()
    {
        using var file = SafetensorsFile.Read(new ForwardOnlyStream(SafetensorsBytes.OneTensor("U8", 8, Eight)));
        Assert.AreEqual(8, file.Tensors["t"].Elements);
    }

    [TestMethod]
    public void Read_BeginsAtTheStreamsPosition()
    {
        var stream = new MemoryStream([.. "prefix"u8, .. SafetensorsBytes.OneTensor("F32", 1, 0, 0, 128, 63)]) { Position = 6 };
        Assert.AreEqual(1f, SafetensorsFile.Read(stream).ReadSingles("t")[0]); // 1f = 0x3F800000
    }

    [TestMethod]
    public void Read_TakesEmptyTensorsScalarsAndTrailingSpaces()
    {
        byte[] bytes = SafetensorsBytes.Of(
            """{"e":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """,
            0, 0, 0, 64);
        var file = SafetensorsBytes.Read(bytes);
        Assert.IsEmpty(file.ReadSingles("e"));
        CollectionAssert.AreEqual(new[] { 2f }, file.ReadSingles("s")); // 2f = 0x40000000
    }

    [TestMethod]
    public void ReadSingles_IsExactForEveryHalf()
    {
        byte[] data = [.. Enumerable.Range(0, 1 << 16).SelectMany(bits => BitConverter.GetBytes((ushort)bits))];
        float[] values = SafetensorsBytes.Read(SafetensorsBytes.OneTensor("F16", 1 << 16, data)).ReadSingles("t");
        for (int bits = 0; bits < 1 << 16; bits++)
        {
            // IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction; subnormals at exponent 0.
            int exponent = (bits >> 10) & 31;
            int fraction = bits & 1023;
            double sign = (bits & 0x8000) == 0 ? 1 : -1;
            if (exponent == 31 && fraction != 0)
            {
                Assert.IsTrue(float.IsNaN(values[bits]), $"0x{bits:X4}");
                continue;
            }

            double expected = exponent switch
            {
                31 => double.PositiveInfinity,
                0 => Math.ScaleB(fraction, -24),
                _ => Math.ScaleB(1024 + fraction, exponent - 25),
            };
            Assert.AreEqual(BitConverter.DoubleToInt64Bits(sign * expected), BitConverter.DoubleToInt64Bits(values[bits]), $"0x{bits:X4}");
        }
    }

    [TestMethod]
    [DataRow((ushort)0x0001, 0x33800000u)] // the smallest subnormal, 2^-24
    [DataRow((ushort)0x03FF, 0x387FC000u)] // the largest subnormal
    [DataRow((ushort)0x3C00, 0x3F800000u)] // 1
    [DataRow((ushort)0x7BFF, 0x477FE000u)] // 65504
    [DataRow((ushort)0xFC00, 0xFF800000u)] // −∞
    [DataRow((ushort)0x7E01, 0x7FC02000u)] // quiet NaN: the payload moves up by 13 bits
    [DataRow((ushort)0x8000, 0x80000000u)] // −0
    public void ReadSingles_MapsKnownHalfBits(ushort half, uint expectedBits) =>
        AssertBits("F16", BitConverter.GetBytes(half), expectedBits);

    [TestMethod]
    [DataRow((ushort)0x3F80, 0x3F800000u)] // 1
    [DataRow((ushort)0x0001, 0x00010000u)] // subnormal
    [DataRow((ushort)0x7F7F, 0x7F7F0000u)] // the largest
    [DataRow((ushort)0xFF80, 0xFF800000u)] // −∞
    [DataRow((ushort)0x7FC1, 0x7FC10000u)] // NaN with payload
    [DataRow((ushort)0x8000, 0x80000000u)] // −0
    public void ReadSingles_MapsKnownBrainFloatBits(ushort brain, uint expectedBits) =>
        AssertBits("BF16", BitConverter.GetBytes(brain), expectedBits);

    [TestMethod]
    public void ReadSingles_RoundsDoubleOnce() => AssertBits("F64", BitConverter.GetBytes(1.0 + Math.ScaleB(3, -25)), 0x3F800001u);

    [TestMethod]
    public void ReadInt32s_ReadsBothWidths()
    {
        var narrow = SafetensorsBytes.Read(SafetensorsBytes.OneTensor("I32", 1, 0xFE, 0xFF, 0xFF, 0xFF));
        var wide = SafetensorsBytes.Read(SafetensorsBytes.OneTensor("I64", 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF));
        CollectionAssert.AreEqual(new[] { -2 }, narrow.ReadInt32s("t"));
        CollectionAssert.AreEqual(new[] { -2 }, wide.ReadInt32s("t"));
    }

    [TestMethod]
    public void ReadInt32s_RefusesWhatDoesNotFit()
    {
        var file = SafetensorsBytes.Read(SafetensorsBytes.OneTensor("I64", 1, 0, 0, 0, 128, 0, 0, 0, 0));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => file.ReadInt32s("t"));
        StringAssert.Contains(error.Message, "2147483648");
    }

    [TestMethod]
    public void ReadSingles_RefusesIntegersAndUnknownNames()
    {
        var file = SafetensorsBytes.Read(SafetensorsBytes.OneTensor("I32", 1, 0, 0, 0, 0));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => file.ReadSingles("t")).Message, "I32");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => file.ReadSingles("u")).Message, "'u'");
        Assert.ThrowsExactly<ArgumentException>(() => file.ReadSingles("t", new float[2]));
    }

    private static void AssertBits(string dtype, byte[] data, uint expected)
    {
        float value = SafetensorsBytes.Read(SafetensorsBytes.OneTensor(dtype, 1, data)).ReadSingles("t")[0];
        Assert.AreEqual(expected, BitConverter.SingleToUInt32Bits(value));
    }

    private static byte[] Entry(string dtype, string shape, string offsets) => SafetensorsBytes.Of(
        Encoding.UTF8.GetBytes($$$"""{"t":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":{{{offsets}}}}}"""), Eight);

    private static byte[] Two(string offsetsA, string offsetsB, int dataLength, string nameB = "b") => SafetensorsBytes.Of(
        Encoding.UTF8.GetBytes($$$"""
            {
              "a": {"dtype": "U8", "shape": [4], "data_offsets": {{{offsetsA}}}},
              "{{{nameB}}}": {"dtype": "U8", "shape": [4], "data_offsets": {{{offsetsB}}}}
            }
            """),
        new byte[dataLength]);
}
