using System.Text.Json;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>The first look at a checkpoint: what it is, and who says so.</summary>
[TestClass]
public sealed class InspectCheckpointTests
{
    [TestMethod]
    [DataRow("hf4_vit", "Read as a ViT classifier with Hugging Face's names (transformers 4).")]
    [DataRow("hf4_vit", "  heads: 2 (config.json, num_attention_heads)")]
    [DataRow("hf4_vit", "resize to 32x32 pixels, whatever the proportions (from preprocessor_config.json, size)")]
    [DataRow("hf4_vit", "Classes: 0 cat, 1 dog, 2 golden retriever, yellow")]
    [DataRow("hf4_vit_sharded", "Read as a ViT classifier with Hugging Face's names (transformers 4).")]
    [DataRow("timm_deit3", "LayerScale was multiplied into the weights of attn.proj")]
    [DataRow("hf4_dinov2", "  readout: class token and mean of patches (the head's width)")]
    [DataRow("hf4_swin", "  windows: ")]
    public void Inspect_OfAFolder_SaysWhatItIsAndWhoSaysSo(string folder, string says)
    {
        var run = CliRun.Of("inspect", Golden("nets", folder));

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, says);
    }

    [TestMethod]
    public void Inspect_InJson_HasTheFacts()
    {
        var run = CliRun.Of("inspect", Golden("nets", "hf4_dinov2"), "--json");

        using var answer = JsonDocument.Parse(run.Output);
        var heads = answer.RootElement.GetProperty("facts").EnumerateArray().First(fact => fact.GetProperty("name").GetString() == "heads");
        Assert.AreEqual("2", heads.GetProperty("value").GetString());
        Assert.AreEqual("config.json, num_attention_heads", heads.GetProperty("origin").GetString());
    }

    /// <summary>torchvision's file, which tells no heads: its width is no multiple of 64.</summary>
    [TestMethod]
    public void Inspect_WhereNoFileTellsTheHeads_AsksForThem()
    {
        string path = Golden("nets", "tv_vit", "vit_b_16-c867db91.pth");

        var asked = CliRun.Of("inspect", path);
        var told = CliRun.Of("inspect", path, "--num-heads", "2");

        Assert.AreEqual(1, asked.ExitCode);
        StringAssert.Contains(asked.Error, "the number of heads is unknown");
        Assert.AreEqual(0, told.ExitCode, told.Error);
        StringAssert.Contains(told.Output, "  heads: 2 (the caller)");
    }

    [TestMethod]
    public void Prune_OfANameOnTheHub_SaysHowToFetchIt()
    {
        var run = CliRun.Of("prune", "--model", "google/vit-base-patch16-224", "--images", Golden("images"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "google/vit-base-patch16-224");
        StringAssert.Contains(run.Error, "download");
    }

    private static string Golden(params string[] path) =>
        Path.Combine([RepositoryFiles.Root, "test", "Microsoft.ML.BlockPruning.Tests", "Golden", .. path]);
}
