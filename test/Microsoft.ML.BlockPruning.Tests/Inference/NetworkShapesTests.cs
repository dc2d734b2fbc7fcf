using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>What a file claims takes memory only where it has tensors for it.</summary>
[TestClass]
public sealed class NetworkShapesTests
{
    private const long FewBytes = 4 << 20;

    [TestMethod]
    [DataRow("models/patch-46340-d2.safetensors")]
    [DataRow("models/embed-6e8-patch1.safetensors")]
    public void Load_OfAFileThatClaimsGigabytes_NamesTheFile_AndTakesNone(string name)
    {
        var ml = new MLContext();
        string path = TestCases.Path(name);
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ml.Transforms.LoadSparseViT(path));

        Assert.IsLessThan(FewBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        StringAssert.Contains(error.Message, Path.GetFileName(path));
    }

    [TestMethod]
    [DataRow("\"depth\":3", "\"depth\":2147483647", "there is no tensor 'blocks.3.norm1.weight'")]
    [DataRow("\"depth\":3", "\"depth\":2147483648", "does not describe a network")]
    [DataRow("\"depth\":3", "\"depth\":4", "there is no tensor 'blocks.3.norm1.weight'")]
    [DataRow("\"embedDim\":64", "\"embedDim\":1073741824", "is too large")]
    [DataRow("\"embedDim\":64", "\"embedDim\":20000", "'cls_token' is [1, 1, 64], expected [1, 1, 20000]")]
    [DataRow("\"mlpDim\":128", "\"mlpDim\":2147483647", "is too large")]
    [DataRow("\"mlpDim\":128", "\"mlpDim\":10000000", "'blocks.0.mlp.fc1.bias' is [128], expected [10000000]")]
    [DataRow("\"imageSize\":28", "\"imageSize\":46340", "is too large")]
    [DataRow("\"imageSize\":28", "\"imageSize\":4000", "'pos_embed' is [1, 50, 64], expected [1, 1000001, 64]")]
    [DataRow("\"numClasses\":10", "\"numClasses\":2147483647", "2147483647")]
    [DataRow("\"channels\":1", "\"channels\":3", "")]
    public void Load_ChecksShapesBeforeItTakesMemory(string old, string replacement, string says)
    {
        var file = new EditableNetworkFile(Bytes(RandomNetworks.SmallPruned()));
        file.ReplaceInMetadata(old, replacement);
        byte[] bytes = file.ToBytes();
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(bytes)));

        Assert.IsLessThan(FewBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        StringAssert.Contains(error.Message, says, StringComparison.Ordinal);
        StringAssert.StartsWith(error.Message, "The network's file");
    }

    [TestMethod]
    [DataRow("values", new[] { 0, 16, 16 })]
    [DataRow("values", new[] { 1, 16, 65 })]
    [DataRow("values", new[] { 1, 193, 16 })]
    public void Load_HoldsTheIndicesAgainstTheBlocks(string part, int[] shape)
    {
        var file = new EditableNetworkFile(Bytes(RandomNetworks.SmallPruned()));
        file.Add($"blocks.0.attn.qkv.weight.{part}", shape, new float[shape.Aggregate(1, (product, side) => product * side)]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(file.ToBytes())));

        StringAssert.Contains(error.Message, "blocks.0.attn.qkv.weight");
    }

    /// <summary>1.7 thousand million possible blocks of one weight each, none kept: neither a byte nor a bit for each.</summary>
    [TestMethod]
    public void AWeightOfHugeSides_CostsWhatIsKept()
    {
        const int side = 41_000;
        int[] crow = new int[side + 1];
        Array.Fill(crow, 2, side - 6, 7);
        crow[side - 6] = 1;
        long before = GC.GetAllocatedBytesForCurrentThread();

        var matrix = BlockSparseMatrix.FromParts(side, side, new BlockShape(1, 1), crow, [7, 40_999], [1, 2]);
        var mask = matrix.ToMask();

        Assert.IsLessThan(FewBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual((2, 2L, side * side), (mask.KeptBlocks, mask.KeptElements, mask.TotalBlocks));
        Assert.IsTrue(mask[side - 7, 7] && mask[side - 6, 40_999] && !mask[side - 6, 7]);
        Assert.AreEqual(2, matrix.KeptElements);
    }

    private static byte[] Bytes(SparseViT network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }
}
