using System.Numerics;
using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.Pickles;

/// <summary>Pickles as CPython's pickle.dumps writes them, and such as nobody writes.</summary>
[TestClass]
public sealed class PickleMachineTests
{
    // pickle.dumps({"a": [1, -2, 300, 70000, 2**40, 1.5, True, None]}, protocol)
    [TestMethod]
    [DataRow(0, "286470300a56610a70310a286c70320a49310a61492d320a61493330300a614937303030300a614c31303939353131363237"
        + "3737364c0a6146312e350a614930310a614e61732e")]
    [DataRow(1, "7d710058010000006171015d7102284b014afeffffff4d2c014a701101004c313039393531313632373737364c0a473ff800"
        + "00000000004930310a4e65732e")]
    [DataRow(2, "80027d710058010000006171015d7102284b014afeffffff4d2c014a701101008a06000000000001473ff8000000000000884e65732e")]
    [DataRow(3, "80037d710058010000006171015d7102284b014afeffffff4d2c014a701101008a06000000000001473ff8000000000000884e65732e")]
    [DataRow(4, "8004952e000000000000007d948c0161945d94284b014afeffffff4d2c014a701101008a06000000000001473ff800000000"
        + "0000884e65732e")]
    [DataRow(5, "8005952e000000000000007d948c0161945d94284b014afeffffff4d2c014a701101008a06000000000001473ff800000000"
        + "0000884e65732e")]
    public void Read_OfEveryProtocol_GivesTheSameValues(int protocol, string hex)
    {
        var dict = (PickledDict)Read(Convert.FromHexString(hex))!;

        object?[] expected = [1L, -2L, 300L, 70000L, 1L << 40, 1.5, true, null];
        CollectionAssert.AreEqual(expected, ((PickledList)dict.Find("a")!).Items, $"protocol {protocol}");
    }

    [TestMethod]
    public void Read_LeavesTheStreamBehindThePickle()
    {
        var two = new MemoryStream([0x80, 2, (byte)'K', 7, (byte)'.', (byte)'K', 8, (byte)'.']);
        Assert.AreEqual(7L, PickleMachine.Read(two, 8, new Rules(), "'file'"));
        Assert.AreEqual(5, two.Position);
        Assert.AreEqual(8L, PickleMachine.Read(two, 3, new Rules(), "'file'"));
    }

    [TestMethod]
    public void Read_OfLargeNumbersAndTexts_KeepsThem()
    {
        Assert.AreEqual(
            BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture),
            Read([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.']));
        Assert.AreEqual("é", Read([0x8c, 2, 0xc3, 0xa9, (byte)'.']));
        Assert.AreEqual("é\n", Read("V\\u00e9\\n\n."u8.ToArray()));
        Assert.AreEqual("it's", Read("S'it\\'s'\n."u8.ToArray()));
    }

    /// <summary>A value that holds itself, and a thousand lists in one another: nothing walks through them.</summary>
    [TestMethod]
    public void Read_OfCirclesAndDepth_DoesNoHarm()
    {
        var circle = (PickledList)Read("]q\0h\0a."u8.ToArray())!;
        Assert.AreSame(circle, circle.Items[0]);
        byte[] deep = [.. Enumerable.Repeat((byte)']', 100_000), .. Enumerable.Repeat((byte)'a', 99_999), (byte)'.'];
        Assert.IsInstanceOfType<PickledList>(Read(deep));
    }

    [TestMethod]
    [DataRow("", "ends early")]
    [DataRow("K", "ends early")]
    [DataRow(".", "empty stack")]
    [DataRow("a.", "empty stack")]
    [DataRow("(a.", "empty stack")]
    [DataRow("t.", "has no mark")]
    [DataRow("h\u0001.", "never kept")]
    [DataRow("K\u0001]K\u0001s.", "adds to what is no dict")]
    [DataRow("}K\u0001a.", "adds to what is no list")]
    [DataRow("}(K\u0001u.", "a key without a value")]
    [DataRow("K\u0001)R.", "calls what is no function")]
    [DataRow("cmine\nThing\nK\u0001R.", "without arguments")]
    [DataRow("K\u0001K\u0001\u0093.", "a name that is no text")]
    [DataRow("\u0082\u0001.", "the opcode 0x82")] // an extension's number
    [DataRow("\u0097.", "the opcode 0x97")] // a buffer from elsewhere
    [DataRow("\u0080\u0006.", "protocol 6")]
    [DataRow("T\u00ff\u00ff\u00ff\u00ff.", "negative length")]
    [DataRow("\u008b\u0000\u0000\u0000\u0001.", "never ends")]
    [DataRow("X\u00ff\u00ff\u00ff\u00ff.", "ends early")]
    [DataRow("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "ends early")]
    [DataRow("\u0096\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0040.", "ends early")]
    [DataRow("Ix\n.", "a number that is none")]
    [DataRow("g-1\n.", "a number that is none")]
    [DataRow("Sx\n.", "without quotation marks")]
    [DataRow("cnever", "ends early")]
    public void Read_OfWhatIsNoPickle_SaysWhy(string bytes, string says)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(Encoding.Latin1.GetBytes(bytes)));

        StringAssert.StartsWith(error.Message, "'file': the pickle ");
        StringAssert.Contains(error.Message, says);
    }

    /// <summary>Each byte makes a dict, or recalls one: the memory stays within the file's length and 64 MB.</summary>
    [TestMethod]
    [DataRow("}")]
    [DataRow("(")]
    [DataRow("]0")]
    [DataRow("h\0")]
    [DataRow("(h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0t")]
    [DataRow("K\u0001\u0085")]
    public void Read_OfManyValues_StopsBeforeTheyFillTheMemory(string opcodes)
    {
        const int length = 8_000_000;
        byte[] pickle = [(byte)'}', (byte)'q', 0, .. Enumerable.Range(0, length).Select(i => (byte)opcodes[i % opcodes.Length])];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var machine = new PickleMachine(new PickleInput(new MemoryStream(pickle), length), new PickleBudget(length), new Rules());

        var error = Assert.ThrowsExactly<FormatException>(() => machine.Run());

        Assert.IsLessThan(length + (64L << 20), GC.GetTotalMemory(forceFullCollection: true) - before);
        Assert.AreEqual("makes more values than any checkpoint has", error.Message);
        GC.KeepAlive(machine);
    }

    private static object? Read(byte[] pickle) => PickleMachine.Read(new MemoryStream(pickle), pickle.Length, new Rules(), "'file'");

    private sealed class Rules : IPickleRules
    {
        public void Check(GlobalName name)
        {
        }

        public object? Call(GlobalName function, object?[] arguments) => new InertValue(function);

        public object? Persistent(object? id) => id;
    }
}
