using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Models;

[TestClass]
public sealed class SparseViTFileTests
{
    [TestMethod]
    public void Load_OfWhatSaveWrote_GivesTheSameBits()
    {
        foreach (var config in RandomNetworks.Configs.Values)
        {
            var weights = RandomNetworks.Random(config, seed: 1);
            var plan = RandomNetworks.Prune(weights, new BlockShape(12, 10), density: 0.5, seed: 2);
            var preprocessing = new ImagePreprocessing(
                config.ImageSize,
                config.Channels,
                [.. Enumerable.Repeat(0.1f, config.Channels)],
                [.. Enumerable.Repeat(0.3f, config.Channels)],
                ImageResize.Exact,
                config.ImageSize + 3,
                ImageInterpolation.Bilinear);
            string[] labels = [.. Enumerable.Range(0, config.NumClasses).Select(i => $"Kläße {i} \"\u0001\"")];
            var saved = SparseViT.Create(weights, plan, preprocessing, labels);

            var loaded = SparseViTReader.Read(new MemoryStream(Bytes(saved)));

            CollectionAssert.AreEqual(Bytes(saved), Bytes(loaded));
            CollectionAssert.AreEqual(labels, loaded.LabelNames.ToArray());
            Assert.AreEqual(plan.ToJson(), loaded.Plan.ToJson());
            Assert.AreEqual(config.LayerNormEps, loaded.Spec.Norm!.Eps);
            Assert.AreEqual((ImageResize.Exact, config.ImageSize + 3), (loaded.Preprocessing.Resize, loaded.Preprocessing.ResizeSize));
            Assert.AreEqual(ImageInterpolation.Bilinear, loaded.Preprocessing.Interpolation);
            CollectionAssert.AreEqual(preprocessing.Std.ToArray(), loaded.Preprocessing.Std.ToArray());
            float[] images = RandomNetworks.Images(config, 1, seed: 3);
            using var before = new SparseViTSession(saved, threads: 1);
            using var after = new SparseViTSession(loaded, threads: 1);
            CollectionAssert.AreEqual(RandomNetworks.Score(before, images), RandomNetworks.Score(after, images));
        }
    }

    [TestMethod]
    public void Load_ReadsAStreamThatCannotSeek() =>
        Assert.AreEqual(10, SparseViTReader.Read(new ForwardOnlyStream(Bytes(RandomNetworks.SmallPruned()))).Spec.NumClasses);

    [TestMethod]
    public void Save_OfADenseNetwork_IsACheckpoint()
    {
        using var folder = new TemporaryFolder();
        foreach (var config in RandomNetworks.Configs.Values)
        {
            var weights = RandomNetworks.Random(config, seed: 1);
            string path = folder["dense.safetensors"];
            File.WriteAllBytes(path, Bytes(RandomNetworks.Sparse(weights)));

            var loaded = ViTCheckpoint.Load(path);

            Assert.AreEqual(config.NumHeads, ViT.TryConfigOf(loaded.Spec)!.NumHeads);
            foreach (var (expected, found) in weights.Tensors.Zip(loaded.Tensors))
            {
                CollectionAssert.AreEqual(expected.Values, found.Values, expected.Name);
            }
        }
    }

    [TestMethod]
    public void Save_WritesPyTorchsNamesForBlockSparseWeights()
    {
        var network = RandomNetworks.SmallPruned();
        using var file = SafetensorsFile.Read(new MemoryStream(Bytes(network)));
        var matrix = network.PrunableLayers.Single(layer => layer.Name == "blocks.1.mlp.fc2").Weight;

        Assert.IsFalse(file.Tensors.ContainsKey("blocks.1.mlp.fc2.weight"));
        CollectionAssert.AreEqual(matrix.CrowIndices, file.ReadInt32s("blocks.1.mlp.fc2.weight.crow_indices"));
        CollectionAssert.AreEqual(matrix.ColIndices, file.ReadInt32s("blocks.1.mlp.fc2.weight.col_indices"));
        CollectionAssert.AreEqual(matrix.Values.ToSingles(), file.ReadSingles("blocks.1.mlp.fc2.weight.values"));
        CollectionAssert.AreEqual(new long[] { matrix.KeptBlocks, 16, 16 }, file.Tensors["blocks.1.mlp.fc2.weight.values"].Shape);
        Assert.AreEqual("pt", file.Metadata["format"]);
    }

    [TestMethod]
    public void Load_OfATruncatedFile_SaysSo()
    {
        byte[] bytes = Bytes(RandomNetworks.SmallPruned());
        foreach (int length in new[] { 0, 4, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(bytes[..length])), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Load_OfADamagedFile_NamesTheTensorOrTheMetadata()
    {
        AssertRefused("there is no tensor 'blocks.1.norm2.weight'", file => file.Remove("blocks.1.norm2.weight"));
        AssertRefused("1 of its tensors are not the network's, such as 'stray'", file => file.Add("stray", [2], new float[2]));
        AssertRefused("'norm.bias' is [63], expected [64]", file => file.Add("norm.bias", [63], new float[63]));
        AssertRefused("'head.bias' holds NaN at element 3", file => file.Singles("head.bias")[3] = float.NaN);
        AssertRefused("'blocks.0.attn.qkv.weight'", file => file.Int32s("blocks.0.attn.qkv.weight.col_indices")[0] = 99);
        AssertRefused("'blocks.0.attn.qkv.weight'", file => file.Add("blocks.0.attn.qkv.weight.values", [1, 500, 500], new float[250000]));
        AssertRefused("'blocks.0.attn.qkv.weight'", file => file.Add("blocks.0.attn.qkv.weight.values", [4], new float[4]));
        AssertRefused("has no 'blockpruning'", file => file.Metadata.Remove("blockpruning"));
        AssertRefused("does not describe a network", file => file.Metadata["blockpruning"] = "{}");
        AssertRefused("does not describe a network", file => file.Metadata["blockpruning"] = "null");
        AssertRefused("version 7", file => file.ReplaceInMetadata("\"version\":1", "\"version\":7"));
        AssertRefused("does not divide", file => file.ReplaceInMetadata("\"numHeads\":2", "\"numHeads\":7"));
        AssertRefused("10 labels for 11 classes", file => file.ReplaceInMetadata("\"numClasses\":10", "\"numClasses\":11"));
        AssertRefused("describes no network", file => file.ReplaceInMetadata("\"std\":[0.5]", "\"std\":[0]"));
        AssertRefused("does not describe a network", file => file.ReplaceInMetadata("bicubic", "sinc"));
    }

    private static void AssertRefused(string message, Action<EditableNetworkFile> damage)
    {
        var file = new EditableNetworkFile(Bytes(RandomNetworks.SmallPruned()));
        damage(file);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(file.ToBytes())), message);

        StringAssert.Contains(error.Message, message);
    }

    private static byte[] Bytes(SparseViT network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }
}
