using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

[TestClass]
public sealed class TorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly float[] _numbers = [.. Enumerable.Range(0, 240).Select(i => i * 0.5f)];

    private string ModelPath => _folder["toy.pth"];

    public static IEnumerable<(long[] Shape, long[] Strides, long Offset)> Views =>
    [
        ([2, 3, 4], [12, 4, 1], 0), // as it lies
        ([4, 3], [1, 4], 5), // transposed
        ([2, 3, 4], [4, 8, 1], 0), // two sides changed places
        ([4, 5, 6, 2], [1, 4, 20, 120], 0), // all sides in reverse
        ([5, 4], [40, 3], 7), // with gaps
        ([6], [37], 2), // a column
        ([1, 6, 1], [999, 2, 0], 1), // sides of one, whose strides say nothing
        ([], [], 9), // a scalar
        ([0, 3], [3, 1], 0), // nothing
        ([3, 1, 2], [2, 77, 1], 4),
    ];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void ReadSingles_OfAView_TakesEachElementByItsStrides(long[] shape, long[] strides, long offset)
    {
        ToyTorchZip.Write(
            ModelPath, ToyPickle.StateDict(("w", "FloatStorage", 240, shape, strides, offset)), ("w", ToyTorchZip.Bytes(_numbers)));

        using var file = Open();

        float[] expected = [.. Indices(shape).Select(index => _numbers[offset + index.Zip(strides, (i, stride) => i * stride).Sum()])];
        CollectionAssert.AreEqual(expected, file.ReadSingles("w"));
        CollectionAssert.AreEqual(shape, file.Find("w")!.Shape);
    }

    [TestMethod]
    public void Read_OfEveryType_GivesItsNumbers()
    {
        ToyTorchZip.Write(
            ModelPath,
            ToyPickle.StateDict(
                ("half", "HalfStorage", 2, [2], [1], 0), ("bfloat16", "BFloat16Storage", 2, [2], [1], 0),
                ("double", "DoubleStorage", 2, [2], [1], 0), ("mask", "BoolStorage", 2, [2], [1], 0),
                ("byte", "ByteStorage", 2, [2], [1], 0), ("long", "LongStorage", 2, [2], [1], 0), ("int", "IntStorage", 2, [2], [1], 0),
                ("num_batches_tracked", "LongStorage", 1, [], [], 0)),
            ("half", ToyTorchZip.Bytes((Half)1.5f, (Half)(-2))), ("bfloat16", ToyTorchZip.Bytes((ushort)0x3fc0, (ushort)0xc000)),
            ("double", ToyTorchZip.Bytes(1.5, -2)), ("mask", [1, 0]), ("byte", [255, 3]), ("long", ToyTorchZip.Bytes(7L, -1)),
            ("int", ToyTorchZip.Bytes(7, -1)), ("num_batches_tracked", ToyTorchZip.Bytes(long.MaxValue)));

        using var file = Open();

        foreach (string name in new[] { "half", "bfloat16", "double" })
        {
            CollectionAssert.AreEqual(new[] { 1.5f, -2 }, file.ReadSingles(name), name);
        }

        CollectionAssert.AreEqual(new[] { 1f, 0 }, file.ReadSingles("mask"));
        CollectionAssert.AreEqual(new[] { 255f, 3 }, file.ReadSingles("byte"));
        CollectionAssert.AreEqual(new[] { 7, -1 }, file.ReadInt32s("long"));
        CollectionAssert.AreEqual(new[] { 7, -1 }, file.ReadInt32s("int"));
        Assert.Contains("int64, expected float32", Refused(() => file.ReadSingles("long")));
        Assert.Contains("float64, expected int32", Refused(() => file.ReadInt32s("double")));
        Assert.Contains("expected at most 2147483647", Refused(() => file.ReadInt32s("num_batches_tracked")));
        Assert.Contains("there is no tensor 'none' among its 8", Refused(() => file.ReadSingles("none")));
    }

    /// <summary>torch 2 writes bytes and says of each tensor what they are; subclasses and parameters are wrapped.</summary>
    [TestMethod]
    public void Read_OfNewerAndWrappedForms_GivesTheTensorWithin()
    {
        byte[] pickle = new ToyPickle().Global("collections", "OrderedDict").Op(')').Op('R').Op('(')
            .Text("typed").Global("torch._utils", "_rebuild_tensor_v3").Op('(').Storage("a", "UntypedStorage", 8).Whole(1).Tuple(1).Tuple(1)
            .Raw(0x89).Op('N').Global("torch", "float32").Op('t').Op('R')
            .Text("parameter").Global("torch._utils", "_rebuild_parameter_with_state").Op('(')
            .Tensor("b", "FloatStorage", 2, [2], [1], 0).Raw(0x88).Op('N').Op('}').Op('t').Op('R')
            .Text("subclass").Global("torch._tensor", "_rebuild_from_type_v2").Op('(').Global("torch._utils", "_rebuild_tensor_v2")
            .Global("mine", "MyTensor").Op('(').Storage("b", "FloatStorage", 2).Whole(0).Tuple(2).Tuple(1).Raw(0x89).Op('N').Op('t')
            .Op('}').Op('t').Op('R').Op('}').Op('b')
            .Op('u').End();
        ToyTorchZip.Write(ModelPath, pickle, ("a", ToyTorchZip.Bytes(3f, 4)), ("b", ToyTorchZip.Bytes(5f, 6)));

        using var file = Open();

        CollectionAssert.AreEqual(new[] { "typed", "parameter", "subclass" }, file.Names.ToArray());
        CollectionAssert.AreEqual(new[] { 4f }, file.ReadSingles("typed"));
        CollectionAssert.AreEqual(new[] { 5f, 6 }, file.ReadSingles("parameter"));
        CollectionAssert.AreEqual(new[] { 5f, 6 }, file.ReadSingles("subclass"));
    }

    [TestMethod]
    [DataRow(3, new long[] { 2, 2 }, new long[] { 2, 1 }, 0, "does not hold")]
    [DataRow(4, new long[] { 2, 2 }, new long[] { 2, 1 }, 1, "does not hold")]
    [DataRow(4, new long[] { 2, 2 }, new long[] { 2, 1 }, -1, "does not hold")]
    [DataRow(4, new long[] { 1 << 20, 4 }, new long[] { 0, 1 }, 0, "does not hold")] // any number of times the same
    [DataRow(4, new long[] { 3, 3 }, new long[] { 1, 1 }, 0, "does not hold")]
    [DataRow(4, new[] { long.MaxValue, 4 }, new long[] { 0, 1 }, 0, "of more than 2^63 elements")]
    [DataRow(4, new long[] { 2, 2 }, new[] { long.MaxValue, 1 }, 5, "of more than 2^63 elements")]
    [DataRow(4, new long[] { 2, 2 }, new long[] { 1 }, 0, "with 1 strides")]
    [DataRow(4, new long[] { -2, 2 }, new long[] { 2, 1 }, 0, "negative side")]
    [DataRow(5, new long[] { 2, 2 }, new long[] { 2, 1 }, 0, "a storage of 5 elements, of which the file holds 16 bytes")]
    [DataRow(-4, new long[] { 2, 2 }, new long[] { 2, 1 }, 0, "a storage that is none")]
    [DataRow(long.MaxValue, new long[] { 2, 2 }, new long[] { 2, 1 }, 0, "elements, of which the file holds 16 bytes")]
    public void Open_OfATensorThatIsNotInItsStorage_IsRefused(long elements, long[] shape, long[] strides, long offset, string says)
    {
        byte[] storage = elements == 3 ? ToyTorchZip.Bytes(1f, 2, 3) : ToyTorchZip.Bytes(1f, 2, 3, 4);
        ToyTorchZip.Write(ModelPath, ToyPickle.StateDict(("w", "FloatStorage", elements, shape, strides, offset)), ("w", storage));

        Assert.Contains(says, Refused(() => Open()));
    }

    [TestMethod]
    public void Open_OfStoragesThatAreMissing_PackedOrShared_IsRefused()
    {
        byte[] pickle = ToyPickle.StateDict(("w", "FloatStorage", 1, [1], [1], 0));
        ToyTorchZip.Write(_folder["a"], pickle);
        ToyTorchZip.WriteEntries(
            _folder["b"], [("toy/data.pkl", pickle), ("toy/data/w", new byte[1000])], System.IO.Compression.CompressionLevel.Optimal);
        ToyTorchZip.WriteEntries(
            _folder["c"], [("toy/data.pkl", pickle), ("toy/data/w", new byte[4]), ("toy/byteorder", "big"u8.ToArray())]);
        var many = new ToyPickle().Op('}').Op('(');
        for (int i = 0; i < 100; i++)
        {
            many.Text($"{i}").Tensor("w", "FloatStorage", 1 << 16, [1 << 16], [1], 0);
        }

        ToyTorchZip.Write(_folder["d"], many.Op('u').End(), ("w", new byte[4 << 16]));

        Assert.Contains("its storage 'w' is not in the file", Refused(() => Open("a")));
        Assert.Contains("'toy/data.pkl' is compressed", Refused(() => Open("b")));
        Assert.Contains("big-endian", Refused(() => Open("c")));
        Assert.Contains("6553600 elements together, its storages 65536", Refused(() => Open("d")));
    }

    [TestMethod]
    public void Open_OfTheSameNameTwice_IsRefused()
    {
        ToyTorchZip.Write(
            ModelPath, ToyPickle.StateDict(("w", "FloatStorage", 1, [1], [1], 0), ("w", "FloatStorage", 1, [1], [1], 0)),
            ("w", ToyTorchZip.Bytes(1f)));

        Assert.Contains("tensor 'w': it is there twice", Refused(() => Open()));
    }

    private static IEnumerable<long[]> Indices(long[] shape) => shape.Aggregate(
        Enumerable.Repeat(Array.Empty<long>(), 1),
        (all, side) => all.SelectMany(index => Enumerable.Range(0, (int)side).Select(i => index.Append(i).ToArray())));

    private static string Refused(Action action) => Assert.ThrowsExactly<InvalidDataException>(action).Message;

    private ITensorFile Open(string name = "toy.pth") => new TorchZipContainer().Open(_folder[name]);
}
