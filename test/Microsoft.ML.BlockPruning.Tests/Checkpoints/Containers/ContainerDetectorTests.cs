using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

/// <summary>What is taken for a checkpoint and is none is called by its name. First bytes are those of the formats' documents.</summary>
[TestClass]
public sealed class ContainerDetectorTests
{
    private const string Lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 346293852\n";

    public static IEnumerable<(string Case, byte[] Bytes, string Says, string WayOut)> Strangers =>
    [
        ("pickle", Convert.FromHexString("80049525000000000000007D948C0161"), "a Python pickle that torch.save did not", "torch.save"),
        ("HTML", Encoding.UTF8.GetBytes("\uFEFF\r\n <!DOCTYPE HTML><html><body>401</body></html>"), "an HTML page", "login"),
        ("Git LFS", Encoding.UTF8.GetBytes(Lfs), "a Git LFS pointer, not the file (346293852 bytes)", "git lfs pull"),
        ("Keras", [0x89, .. "HDF\r\n"u8, 0x1A, 0x0A, 0], "an HDF5 file", "PyTorch"),
        ("NumPy", [0x93, .. "NUMPY"u8, 1, 0, 0, 0], "a NumPy array", "PyTorch"),
        ("GGUF", [.. "GGUF"u8, 3, 0, 0, 0, 0], "a GGUF file", "PyTorch"),
        ("Flax", [0x82, 0xAA, .. "classifier"u8, 0x81], "a MessagePack file, as Flax's are", "PyTorch"),
        ("TensorFlow", [8, 1, 0x12, 0xC4, 0x10], "a SavedModel of TensorFlow", "PyTorch"),
        ("TFLite", [28, 0, 0, 0, .. "TFL3"u8], "a TensorFlow Lite model", "PyTorch"),
        ("gzip", [0x1F, 0x8B, 8, 0], "a gzip archive", "Unpack"),
        ("ONNX without producer", [8, 10, 0x3A, 0xB2], "an ONNX model", "PyTorch"),
        ("ONNX", [8, 8, 0x12, 7, .. "pytorch"u8, 0x1A], "an ONNX model", "PyTorch"),
    ];

    [TestMethod]
    [DynamicData(nameof(Strangers))]
    public void Load_CallsAStrangerByItsName(string name, byte[] bytes, string says, string wayOut)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["model.safetensors"], bytes);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model.safetensors"]), name);

        StringAssert.StartsWith(error.Message, $"'{folder["model.safetensors"]}': it is ");
        StringAssert.Contains(error.Message, says);
        StringAssert.Contains(error.Message, "expected a safetensors or PyTorch file");
        StringAssert.Contains(error.Message, wayOut);
    }

    /// <summary>Nobody knows such bytes: the container that has no magic number says what is wrong with them.</summary>
    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("0102", "2 bytes are too few")]
    [DataRow("FFFFFFFFFFFFFFFF7B7D", "the header claims 18446744073709551615 bytes")]
    [DataRow("02000000000000005B5D", "not a JSON object")]
    [DataRow("80020000000000007B7D", "the header claims 640 bytes")] // the length of a whole file, not a pickle's protocol
    public void Load_OfWhatNobodyKnows_SaysWhatSafetensorsLacks(string hex, string says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["model"], Convert.FromHexString(hex));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model"]));

        StringAssert.Contains(error.Message, says);
    }

    /// <summary>A container's folder and a row of the list are all that it takes: the file's name says nothing.</summary>
    [TestMethod]
    public void Open_OfAToyContainer_GivesTheSameNetworkBitForBit()
    {
        using var folder = new TemporaryFolder();
        var saved = TinyViT.Random(TestNetworks.Config(), seed: 5);
        ToyContainer.Write(folder["model.safetensors"], saved.Tensors);
        File.WriteAllText(folder["config.json"], $$"""{"num_heads": {{saved.Config.NumHeads}}, "label_names": ["a", "b", "c"]}""");
        var rows = CheckpointRows.Default with { Containers = [new ToyContainer(), .. CheckpointRows.Default.Containers] };

        using var checkpoint = Checkpoint.Open(folder["model.safetensors"], rows);
        var loaded = checkpoint.ReadWeights();

        Assert.AreEqual(saved.Config.NumHeads, loaded.Config.NumHeads);
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, checkpoint.LabelNames!.ToArray());
        foreach (var (before, after) in saved.Tensors.Zip(loaded.Tensors))
        {
            Assert.AreEqual(before.Name, after.Name);
            CollectionAssert.AreEqual(before.Values, after.Values, before.Name);
        }
    }

    [TestMethod]
    public void Open_WithAToyContainer_StillTakesSafetensors()
    {
        var rows = CheckpointRows.Default with { Containers = [new ToyContainer(), .. CheckpointRows.Default.Containers] };

        using var checkpoint = Checkpoint.Open(TinyViT.ModelPath, rows);

        Assert.AreEqual(5, checkpoint.Network.NumClasses);
    }
}
