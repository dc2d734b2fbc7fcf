using System.Text;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Sparsity;

[TestClass]
public sealed class SparsityPlanTests
{
    private const string Json = """
        {
          "version": 1,
          "layers": {
            "blocks.0.attn.proj": {
              "rows": 4,
              "columns": 5,
              "block": "2x2",
              "kept": [
                "#.#",
                "..#"
              ]
            }
          }
        }
        """;

    [TestMethod]
    public void ToJson_IsWhatPeopleRead()
    {
        var mask = new BlockMask(4, 5, new BlockShape(2, 2), keepAll: false) { [0, 0] = true, [0, 2] = true, [1, 2] = true };
        var plan = new SparsityPlan();
        plan.Add("blocks.0.attn.proj", mask);
        Assert.AreEqual(Json, plan.ToJson());
        Assert.AreEqual(4 + 2 + 2, plan.KeptElements); // the last block column is one wide
    }

    [TestMethod]
    public void Parse_ReadsWhatWasWritten()
    {
        var mask = SparsityPlan.Parse(Json)["blocks.0.attn.proj"]!;
        Assert.AreEqual((4, 5, new BlockShape(2, 2)), (mask.Rows, mask.Columns, mask.Shape));
        CollectionAssert.AreEqual(
            new[] { true, false, true, false, false, true },
            new[] { mask[0, 0], mask[0, 1], mask[0, 2], mask[1, 0], mask[1, 1], mask[1, 2] });
    }

    [TestMethod]
    public void Load_GivesBackALargePlanByteForByte()
    {
        var random = new Random(1);
        var plan = new SparsityPlan();
        foreach (int layer in Enumerable.Range(0, 12))
        {
            var mask = new BlockMask(2304, 769, new BlockShape(16, 32));
            for (int i = 0; i < mask.TotalBlocks; i++)
            {
                mask[i / mask.BlockColumns, i % mask.BlockColumns] = random.Next(2) == 0;
            }

            plan.Add($"blocks.{layer}.attn.qkv", mask);
        }

        using var stream = new MemoryStream();
        plan.Save(stream);
        stream.Position = 0;
        var loaded = SparsityPlan.Load(stream);

        Assert.AreEqual(plan.ToJson(), loaded.ToJson());
        Assert.AreEqual(plan.KeptElements, loaded.KeptElements);
        Assert.AreEqual(Encoding.UTF8.GetString(stream.ToArray()), plan.ToJson());
    }

    [TestMethod]
    [DataRow("\"version\": 1", "\"version\": 2", "version is 2, expected 1")]
    [DataRow("\"version\": 1,", "", "'version' is missing")]
    [DataRow("\"version\": 1,", "\"version\": 1, \"seed\": 1,", "unknown field 'seed'")]
    [DataRow("\"version\": 1,", "\"version\": 1, \"version\": 1,", "not valid JSON")]
    [DataRow("\"rows\": 4,", "", "layer 'blocks.0.attn.proj': 'rows' is missing")]
    [DataRow("\"rows\": 4,", "\"rows\": 4, \"score\": 1,", "layer 'blocks.0.attn.proj': unknown field 'score'")]
    [DataRow("\"rows\": 4", "\"rows\": 0", "layer 'blocks.0.attn.proj': rows is 0")]
    [DataRow("\"rows\": 4", "\"rows\": 1", "layer 'blocks.0.attn.proj': A block of 2x2 does not fit a weight of 1x5")]
    [DataRow("\"rows\": 4", "\"rows\": 7", "layer 'blocks.0.attn.proj': kept must hold 4 strings")]
    [DataRow("\"columns\": 5", "\"columns\": 7", "kept[0] is '#.#', expected 4")]
    [DataRow("\"columns\": 5", "\"columns\": \"5\"", "columns is \"5\"")]
    [DataRow("2x2", "2by2", "layer 'blocks.0.attn.proj': '2by2' is not a block shape")]
    [DataRow("\"2x2\"", "2", "block is 2, expected a string")]
    [DataRow("\"..#\"", "\"..x\"", "kept[1] is '..x'")]
    [DataRow("\"..#\"", "3", "kept[1] is 3")]
    [DataRow("\"..#\"", "\"..#\", \"..#\"", "kept must hold 2 strings")]
    [DataRow("}", "", "not valid JSON")]
    public void Parse_NamesTheLayerAndTheFault(string old, string replacement, string says)
    {
        string json = Json.Replace(old, replacement, StringComparison.Ordinal);
        Assert.AreNotEqual(Json, json);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => SparsityPlan.Parse(json)).Message, says);
    }

    [TestMethod]
    [DataRow("[]", "expected an object")]
    [DataRow("""{"version": 1, "layers": []}""", "layers is no object")]
    [DataRow("""{"version": 1, "layers": {"a": 1}}""", "layer 'a': found number")]
    [DataRow("""{"version": 1, "layers": {"\ud800": 1}}""", "not valid JSON")]
    [DataRow("", "not valid JSON")]
    public void Parse_RefusesWhatIsNoPlan(string json, string says) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => SparsityPlan.Parse(json)).Message, says);

    /// <summary>Sides are held against what the file keeps before a mask is made.</summary>
    [TestMethod]
    [DataRow("2147483647", "1", "1x1", "kept must hold 2147483647 strings")]
    [DataRow("2147483647", "2147483647", "1x1", "blocks of 1x1")]
    [DataRow("1", "2147483647", "1x1", "expected 2147483647 of")]
    public void Parse_OfHugeSides_TakesNoMemory(string rows, string columns, string block, string says)
    {
        string json = "{\"version\": 1, \"layers\": {\"a\": {"
            + $"\"rows\": {rows}, \"columns\": {columns}, \"block\": \"{block}\", \"kept\": [\"#\"]" + "}}}";
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparsityPlan.Parse(json));

        Assert.IsLessThan(1L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        StringAssert.Contains(error.Message, says);
    }

    [TestMethod]
    public void RequireFits_TakesTheNetworksLayersAndNoOthers()
    {
        var plan = SparsityPlan.Parse(Json);
        plan.RequireFits([("blocks.0.attn.proj", 4, 5), ("blocks.0.attn.qkv", 12, 4)]);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => plan.RequireFits([("blocks.0.attn.proj", 5, 4)])).Message,
            "'blocks.0.attn.proj' covers 4x5, but the network's weight is 5x4");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => plan.RequireFits([("blocks.0.attn.qkv", 4, 5)])).Message,
            "'blocks.0.attn.proj', which is none of the network's 1 prunable layers");
    }
}
