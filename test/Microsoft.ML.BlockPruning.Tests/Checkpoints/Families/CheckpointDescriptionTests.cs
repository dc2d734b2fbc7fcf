using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Families;

/// <summary>What was decided, and by whose word: nothing is assumed in silence.</summary>
[TestClass]
public sealed class CheckpointDescriptionTests
{
    [TestMethod]
    [DataRow("hf4_dinov2", "heads", "2", "config.json, num_attention_heads")]
    [DataRow("hf4_dinov2", "LayerNorm epsilon", "1E-06", "config.json, layer_norm_eps")]
    [DataRow("hf4_dinov2", "readout", "class token and mean of patches", "the head's width")]
    [DataRow("hf_no_eps", "LayerNorm epsilon", "1E-12", "convention: Hugging Face's own for such a network")]
    [DataRow("timm_clip_eps", "LayerNorm epsilon", "1E-05", "the name of timm's network")]
    [DataRow("timm_clip_quickgelu", "activation", "GELU, quick", "the name of timm's network")]
    [DataRow("timm_reg_gap", "readout", "mean of patches", "no class token")]
    [DataRow("timm_mae", "readout", "mean of patches", "config.json, global_pool")]
    [DataRow("hf4_siglip", "readout", "mean of all tokens", "no class token")]
    [DataRow("timm_vit", "image size", "32", "config.json")]
    public void Facts_NameTheirOrigin(string network, string fact, string value, string origin)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Networks[network].ModelPath);

        var found = checkpoint.Description.Facts.Single(its => its.Name == fact);

        Assert.AreEqual((value, origin), (found.Value, found.Origin));
    }

    [TestMethod]
    [DataRow("timm_deit3", "LayerScale was multiplied into the weights of attn.proj and mlp.fc2")]
    [DataRow("timm_miil", "no bias of queries, keys and values: zeros were taken")]
    [DataRow("hf4_vit_pooler", "2 tensors that the network does not use were passed over: vit.pooler.dense.weight, vit.pooler.")]
    [DataRow("timm_wrapper", "The prefix 'timm_model.' was taken off")]
    [DataRow("st_prune", "weights of the file have masks of torch.nn.utils.prune")]
    public void Notes_SayWhatWasFoldedOrPassedOver(string network, string note)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Networks[network].ModelPath);

        StringAssert.Contains(string.Join('\n', checkpoint.Description.Notes), note);
    }

    [TestMethod]
    [DataRow("hf5_vit", "a ViT classifier with Hugging Face's names (transformers 5)")]
    [DataRow("hf4_deit", "a DeiT classifier with Hugging Face's names (transformers 4)")]
    [DataRow("hf4_clip", "a CLIP classifier with Hugging Face's names")]
    public void Layout_IsWhoseNamesTheTensorsHave(string network, string layout)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Networks[network].ModelPath);

        Assert.AreEqual(layout, checkpoint.Description.Layout);
    }

    /// <summary>A caller's word goes before conventions, and may not contradict what a file says.</summary>
    [TestMethod]
    public void NumHeads_OfTheCaller_GoesFirst()
    {
        string path = GoldenFiles.Networks["timm_vit"].ModelPath;
        using var agreed = Checkpoint.Open(path, new CheckpointOptions { NumHeads = 2 });
        using var other = Checkpoint.Open(path, new CheckpointOptions { NumHeads = 4 });

        Assert.AreEqual("the caller", agreed.Description.Facts.Single(fact => fact.Name == "heads").Origin);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => other.Network).Message,
            "key 'model_args.num_heads': found 2, but another key");
    }

    [TestMethod]
    public void ImageSize_OfTheCaller_ResamplesThePositions()
    {
        string path = GoldenFiles.Networks["timm_vit"].ModelPath;
        using var checkpoint = Checkpoint.Open(path, new CheckpointOptions { ImageSize = 48 });

        var weights = checkpoint.ReadWeights();

        Assert.AreEqual(48, weights.Spec.ImageSize);
        StringAssert.Contains(string.Join('\n', weights.Notes), "The positions were resampled from 4x4 to 6x6 patches");
        using var odd = Checkpoint.Open(path, new CheckpointOptions { ImageSize = 50 });
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => odd.Network).Message,
            "images of 50 pixels, as the caller says, are no whole number of patches of 8 pixels");
    }

    [TestMethod]
    public void Options_ArePositive()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CheckpointOptions { NumHeads = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CheckpointOptions { ImageSize = -1 });
        Assert.IsNull(new CheckpointOptions { NumHeads = null }.NumHeads);
    }
}
