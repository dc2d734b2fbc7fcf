using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Models;

/// <summary>The numbers that layers are multiplied in, in a network's file.</summary>
[TestClass]
public sealed class FormatMetadataTests
{
    private const string Key = "blockpruning_formats";

    [TestMethod]
    public void Formats_ComeBackFromTheFile()
    {
        var others = new Dictionary<string, ProductFormat>
        {
            ["blocks.1.mlp.fc2"] = ProductFormat.BFloat16,
            ["blocks.0.attn.qkv"] = ProductFormat.Float32,
        };
        var formats = new LayerFormats(ProductFormat.Int8, others);

        var read = Read(Saved(formats));

        Assert.AreEqual(ProductFormat.Int8, read.Formats.Usual);
        CollectionAssert.AreEquivalent(formats.Others.ToList(), read.Formats.Others.ToList());
        Assert.AreEqual(ProductFormat.BFloat16, read.Formats["blocks.1.mlp.fc2"]);
        Assert.AreEqual(ProductFormat.Int8, read.Formats["blocks.1.mlp.fc1"]);
    }

    [TestMethod]
    public void Float32_WritesNothing_SoThatFilesAreAsBefore() =>
        Assert.IsFalse(Saved(LayerFormats.Float32).Metadata.ContainsKey(Key));

    [TestMethod]
    [DataRow("null", "it is null")]
    [DataRow("{", "does not say formats")]
    [DataRow("[]", "does not say formats")]
    [DataRow("""{"usual":"Int8"}""", "does not say formats")]
    [DataRow("""{"usual":null,"others":{}}""", "does not say formats")]
    [DataRow("""{"usual":"Int8","others":null}""", "does not say formats")]
    [DataRow("""{"usual":"Int8","others":{},"more":1}""", "does not say formats")]
    [DataRow("""{"usual":"Int8","usual":"Int8","others":{}}""", "does not say formats")]
    [DataRow("""{"usual":"Int8","others":{"blocks.9.mlp.fc2":"Int8"}}""", "'blocks.9.mlp.fc2', which the network does not have")]
    [DataRow("""{"usual":"Float8","others":{}}""", "says the format 'Float8'")]
    [DataRow("""{"usual":"2","others":{}}""", "says the format '2'")]
    [DataRow("""{"usual":"int8","others":{}}""", "says the format 'int8'")]
    [DataRow("""{"usual":"Int8","others":{"blocks.1.mlp.fc2":"Int4"}}""", "says the format 'Int4'")]
    public void Entry_ThatIsDamagedIsRefused(string json, string says)
    {
        var file = Saved(new LayerFormats(ProductFormat.Int8));
        file.Metadata[Key] = json;

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(file));

        StringAssert.Contains(error.Message, says);
    }

    private static EditableNetworkFile Saved(LayerFormats formats)
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        using var stream = new MemoryStream();
        RandomNetworks.Sparse(weights, new SparsityPlan()).With(formats).Save(stream);
        return new EditableNetworkFile(stream.ToArray());
    }

    private static SparseViT Read(EditableNetworkFile file)
    {
        using var stream = new MemoryStream(file.ToBytes());
        return SparseViTReader.Read(stream);
    }
}
