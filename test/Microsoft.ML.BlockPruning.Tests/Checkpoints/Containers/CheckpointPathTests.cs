using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

/// <summary>What a user names, and which file is meant.</summary>
[TestClass]
public sealed class CheckpointPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<(string[] Files, string Expected, string? Note)> Folders =>
    [
        (["model.safetensors", "config.json"], "model.safetensors", null),
        (["pytorch_model.bin", "model.safetensors"], "model.safetensors", "not pytorch_model.bin"),
        (["model.safetensors.index.json", "pytorch_model.bin"], "model.safetensors.index.json", "not pytorch_model.bin"),
        (["pytorch_model.bin", "training_args.bin"], "pytorch_model.bin", null),
        (["pytorch_model.bin.index.json"], "pytorch_model.bin.index.json", null),
        (["checkpoint-500/model.safetensors", "runs/events", "checkpoint-500/optimizer.pt"], "checkpoint-500/model.safetensors",
            "checkpoint-500"),
        (["model.safetensors", "checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors"], "model.safetensors", null),
        (["vit.pth", "README.md", "config.json"], "vit.pth", "vit.pth"),
        (["checkpoint-7/last.ckpt", "checkpoint-7/optimizer.bin", "checkpoint-7/scheduler.bin"], "checkpoint-7/last.ckpt", "last.ckpt"),
        (["model_best.pth.tar"], "model_best.pth.tar", "model_best.pth.tar"),
    ];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void Of_AFolder_FindsItsNetwork(string[] files, string expected, string? note)
    {
        Array.ForEach(files, Touch);

        var path = CheckpointPath.Of(_folder[""]);

        Assert.AreEqual(Path.GetFullPath(_folder[expected]), Path.GetFullPath(path.File));
        Assert.AreEqual(note is null, path.Notes.Count == 0, string.Join(' ', path.Notes));
        StringAssert.Contains(string.Join(' ', path.Notes), note ?? "");
    }

    [TestMethod]
    public void Of_AFolderWithSeveral_ListsThem()
    {
        Touch("checkpoint-1000/model.safetensors");
        Touch("checkpoint-500/model.safetensors");
        StringAssert.EndsWith(Refused(), "' has checkpoint-500 and checkpoint-1000; name one of them.");

        Touch("b/last.pth");
        Touch("b/best.pth");
        StringAssert.EndsWith(Refused("b"), "' has best.pth and last.pth; name one of them.");
    }

    [TestMethod]
    public void Of_AFolderWithNone_SaysWhatWasLookedFor()
    {
        Touch("optimizer.pt");
        Touch("config.json");

        string message = Refused();

        StringAssert.StartsWith(message, $"'{_folder[""]}' holds no network");
        StringAssert.Contains(message, "model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json");
        StringAssert.Contains(message, "checkpoint-*");
    }

    [TestMethod]
    [DataRow("google/vit-base-patch16-224", true)]
    [DataRow("facebook/dinov2-small", true)]
    [DataRow("timm/vit_base_patch16_224.augreg2_in21k_ft_in1k", true)]
    [DataRow("models/vit.safetensors", false)]
    [DataRow("models/vit.pth.tar", false)]
    [DataRow("./vit", false)]
    [DataRow("../a/b", false)]
    [DataRow("a/b/c", false)]
    [DataRow("vit.safetensors", false)]
    public void Of_ANameOfTheHub_ExplainsHowToFetchIt(string name, bool isHubs)
    {
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => CheckpointPath.Of(name));

        StringAssert.StartsWith(error.Message, $"There is no model file {name}.");
        Assert.AreEqual(isHubs, error.Message.Contains($"git clone https://huggingface.co/{name}", StringComparison.Ordinal));
        Assert.AreEqual(isHubs, error.Message.Contains("nothing is downloaded", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Of_APeftAdapter_SaysToMergeIt()
    {
        Touch("adapter_model.safetensors");
        File.WriteAllText(_folder["adapter_config.json"], """{"peft_type": "LORA", "base_model_name_or_path": "google/vit"}""");
        string file = Assert.ThrowsExactly<InvalidDataException>(() => CheckpointPath.Of(_folder["adapter_model.safetensors"])).Message;

        foreach (string message in new[] { Refused(), file })
        {
            StringAssert.Contains(message, "this is a PEFT adapter (LORA for 'google/vit'), not a network. Merge it first");
        }

        File.WriteAllText(_folder["adapter_config.json"], "[");
        StringAssert.Contains(Refused(), "PEFT adapter (of some kind for 'some network')");
        Touch("model.safetensors"); // merged, and saved beside it
        Assert.AreEqual(_folder["model.safetensors"], CheckpointPath.Of(_folder[""]).File);
    }

    /// <summary>config.json is that of the folder in which the network was found, and what was chosen is in the notes.</summary>
    [TestMethod]
    public void Checkpoint_OfAFolder_ReadsTheConfigBesideTheFile()
    {
        using var model = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "cat", "dog", "owl");
        string checkpoint = Directory.CreateDirectory(_folder["checkpoint-3"]).FullName;
        File.Copy(model.ModelPath, Path.Combine(checkpoint, "model.safetensors"));
        File.Copy(Path.Combine(Path.GetDirectoryName(model.ModelPath)!, "config.json"), Path.Combine(checkpoint, "config.json"));

        using var opened = Checkpoint.Open(_folder[""]);

        CollectionAssert.AreEqual(new[] { "cat", "dog", "owl" }, opened.LabelNames!.ToArray());
        StringAssert.Contains(opened.Notes[0], "checkpoint-3");
        using var network = new MLContext().Transforms.LoadViT(_folder[""]);
        StringAssert.Contains(network.Notes[0], "checkpoint-3");
    }

    private void Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], "");
    }

    private string Refused(string name = "") =>
        Assert.ThrowsExactly<InvalidDataException>(() => CheckpointPath.Of(_folder[name])).Message;
}
