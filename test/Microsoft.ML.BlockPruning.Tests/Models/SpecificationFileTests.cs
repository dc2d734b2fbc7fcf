using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Models;

/// <summary>Files of networks that are no ViT: the metadata is a specification, and says nothing that is not checked.</summary>
[TestClass]
public sealed class SpecificationFileTests
{
    private const string Key = "blockpruning";
    private const long FewBytes = 4 << 20;
    private static readonly byte[] Toy = Bytes();

    [TestMethod]
    public void File_OfAViT_StaysOfVersion1_AndAnyOther_IsOfVersion2()
    {
        using var vit = new MemoryStream();
        RandomNetworks.SmallPruned().Save(vit);

        StringAssert.StartsWith(
            new EditableNetworkFile(vit.ToArray()).Metadata[Key], """{"version":1,"network":{"imageSize":28,"patchSize":4,""");
        StringAssert.StartsWith(new EditableNetworkFile(Toy).Metadata[Key], """{"version":2,"network":{"family":"toy","imageSize":8,""");
    }

    /// <summary>Readers that know of no other form read every file that has none.</summary>
    [TestMethod]
    public void File_NamesTheFormOfAGelu_OnlyWhereItIsNotTheExactOne()
    {
        using var gelus = new MemoryStream();
        SpecifiedNetworks.Pruned(SpecifiedNetworks.Gelus, new BlockShape(4, 4)).Pruned.Save(gelus);

        var steps = JsonNode.Parse(new EditableNetworkFile(gelus.ToArray()).Metadata[Key])!["network"]!["steps"]!;

        Assert.AreEqual("""{"$type":"gelu","form":"tanh"}""", steps[1]!["middle"]!.ToJsonString());
        Assert.AreEqual("""{"$type":"gelu","form":"quick"}""", steps[3]!["middle"]!.ToJsonString());
        Assert.AreEqual("""{"$type":"gelu"}""", steps[4]!["middle"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("$.version", "3", "is of version 3, this library reads version 1 and 2")]
    [DataRow("$.version", "1", "does not describe a network")]
    [DataRow("$.network", "null", "does not describe a network: the network is null")]
    [DataRow("$.network.family", "null", "does not describe a network")]
    [DataRow("$.network.family", "\" \"", "describes no network: 'network' has no family")]
    [DataRow("$.network.more", "1", "does not describe a network")]
    [DataRow("$.network.channels", "2", "describes no network: 'network' has 2 channels")]
    [DataRow("$.network.imageSize", "2147483646", "describes no network: 'stem' reads images that one array cannot hold")]
    [DataRow("$.network.imageSize", "4000", "describes no network: 'stem.patch' meets 16 tokens of 4000000")]
    [DataRow("$.network.stem", "null", "does not describe a network")]
    [DataRow("$.network.stem.prefixTokens", "[null]", "describes no network: 'stem' has a prefix token without a name")]
    [DataRow("$.network.stem.position", "\"\"", "describes no network: 'stem' lacks a part")]
    [DataRow("$.network.stem.position", "\"last.weight\"", "describes no network: 'last.weight' is a name inside another part's")]
    [DataRow("$.network.stem.patchSize", "0", "describes no network: 'stem' has patches of 0 pixels")]
    [DataRow("$.network.steps", "[null]", "describes no network: 'network' has a step without a layer")]
    [DataRow("$.network.steps[0].$type", "\"loop\"", "does not describe a network")]
    [DataRow("$.network.steps[0].$type", "null", "does not describe a network")]
    [DataRow("$.network.steps[0].layer", "\"wide\"", "describes no network: 'wide' comes back after another layer")]
    [DataRow("$.network.steps[0].middle", "null", "does not describe a network")]
    [DataRow("$.network.steps[0].middle.heads", "2147483647", "has 2147483647 heads of 4 features")]
    [DataRow("$.network.steps[0].middle.$type", "\"gelu\"", "does not describe a network")]
    [DataRow("$.network.steps[1].middle.form", "\"silu\"", "does not describe a network")]
    [DataRow("$.network.steps[1].middle.form", "3", "does not describe a network")]
    [DataRow("$.network.steps[1].middle.form", "null", "does not describe a network")]
    [DataRow("$.network.steps[0].first.name", "\"classes\"", "describes no network: 'classes' is the name of two parts")]
    [DataRow("$.network.steps[0].first.outFeatures", "2147483646", "is too large: one array cannot hold its weight")]
    [DataRow("$.network.steps[0].first.rowGroups", "0", "has 0 row groups")]
    [DataRow("$.network.steps[0].norm.eps", "0", "has an eps of 0, which is not in (0, 1)")]
    [DataRow("$.network.steps[1].first.outFeatures", "21", "gives 21 features, which do not fit the 20")]
    [DataRow("$.network.norm.features", "13", "norms 13 features of 12")]
    [DataRow("$.network.heads", "[]", "describes no network: 'network' has no head")]
    [DataRow("$.network.heads[0].pooling.firstToken", "16", "reads token 16 of 16")]
    [DataRow("$.network.heads[0].pooling.firstToken", "-1", "reads token -1 of 16")]
    [DataRow("$.network.heads[0].linear.outFeatures", "6", "describes no network: 5 labels for 6 classes")]
    public void Load_OfASpecificationThatLies_NamesTheFileAndTheFault_AndTakesNoMemory(string path, string value, string says)
    {
        var file = new EditableNetworkFile(Toy);
        file.Metadata[Key] = Edited(file.Metadata[Key], path, value);

        AssertRefused(file, says);
    }

    [TestMethod]
    public void Load_OfDuplicatesNestingAndTooManySteps_IsRefused()
    {
        string text = new EditableNetworkFile(Toy).Metadata[Key];
        int first = text.IndexOf("""{"$type":"branch""", StringComparison.Ordinal);
        string step = text[first..(text.IndexOf("""},{"$type":"branch""", StringComparison.Ordinal) + 1)];
        var twice = new EditableNetworkFile(Toy);
        var deep = new EditableNetworkFile(Toy);
        var many = new EditableNetworkFile(Toy);

        twice.Metadata[Key] = text.Replace("\"channels\":1", "\"channels\":1,\"channels\":1", StringComparison.Ordinal);
        deep.Metadata[Key] = text.Replace(
            "\"steps\":[", "\"steps\":[" + string.Concat(Enumerable.Repeat("""{"$type":"branch","norm":""", 80)), StringComparison.Ordinal);
        many.Metadata[Key] = text.Replace(step, string.Join(',', Enumerable.Repeat(step, 300)), StringComparison.Ordinal);

        AssertRefused(twice, "does not describe a network");
        AssertRefused(deep, "does not describe a network");
        AssertRefused(many, "'narrow.norm.mix' is the name of two parts");
    }

    [TestMethod]
    public void Load_WithoutATensorOfTheSpecification_OrWithOneMore_NamesIt()
    {
        var less = new EditableNetworkFile(Toy);
        var more = new EditableNetworkFile(Toy);
        less.Remove("thinking.norm.think.weight");
        more.Add("blocks.0.attn.qkv.bias", [3], new float[3]);

        AssertRefused(less, "there is no tensor 'thinking.norm.think.weight'");
        AssertRefused(more, "1 of its tensors are not the network's, such as 'blocks.0.attn.qkv.bias'");
    }

    private static void AssertRefused(EditableNetworkFile file, string says)
    {
        byte[] bytes = file.ToBytes();
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(bytes), "'toy.file'"));

        Assert.IsLessThan(FewBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        StringAssert.StartsWith(error.Message, "'toy.file'");
        StringAssert.Contains(error.Message, says, StringComparison.Ordinal);
    }

    // A path such as $.network.steps[0].layer; the last part is set, or added.
    private static string Edited(string json, string path, string value)
    {
        var root = JsonNode.Parse(json)!;
        string[] parts = path.Replace("[", ".#", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.')[1..];
        var node = root;
        foreach (string part in parts[..^1])
        {
            node = part[0] == '#' ? node[int.Parse(part[1..], CultureInfo.InvariantCulture)]! : node[part]!;
        }

        node[parts[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    private static byte[] Bytes()
    {
        using var stream = new MemoryStream();
        SpecifiedNetworks.Pruned(ToyFamily.Spec, new BlockShape(4, 4)).Pruned.Save(stream);
        return stream.ToArray();
    }
}
