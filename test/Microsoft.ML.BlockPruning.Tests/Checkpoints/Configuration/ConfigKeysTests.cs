using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Configuration;

/// <summary>Every key that changes what the network computes or sees is honoured or refused by name.</summary>
/// <remarks>
/// The tensors are tiny.safetensors'. Keys and their meaning: timm's <c>VisionTransformer</c> and <c>pretrained_cfg</c>, Hugging Face's
/// <c>ViTConfig</c>.
/// </remarks>
[TestClass]
public sealed class ConfigKeysTests
{
    [TestMethod]
    [DataRow("global_pool", "\"\"", "\"token\"")]
    [DataRow("global_pool", "\"map\"", "\"token\"")]
    [DataRow("model_args.global_pool", "\"avgmax\"", "\"token\" or \"avg\"")]
    [DataRow("model_args.fc_norm", "true", "false")]
    [DataRow("model_args.pre_norm", "true", "false")]
    [DataRow("model_args.class_token", "false", "true")]
    [DataRow("model_args.no_embed_class", "true", "false")]
    [DataRow("model_args.reg_tokens", "4", "0")]
    [DataRow("model_args.init_values", "1e-5", "0")]
    [DataRow("model_args.qkv_bias", "false", "true")]
    [DataRow("model_args.proj_bias", "false", "true")]
    [DataRow("model_args.qk_norm", "true", "false")]
    [DataRow("model_args.final_norm", "false", "true")]
    [DataRow("model_args.pos_embed", "\"none\"", "\"learn\"")]
    [DataRow("model_args.act_layer", "\"swiglu\"", "\"gelu\"")]
    [DataRow("model_args.act_layer", "3", "\"gelu\"")]
    [DataRow("model_args.norm_layer", "\"rmsnorm\"", "layernorm")]
    [DataRow("model_args.img_size", "16", "[8, 8]")]
    [DataRow("model_args.img_size", "[8, 16]", "[8, 8]")]
    [DataRow("model_args.patch_size", "8", "[4, 4]")]
    [DataRow("model_args.patch_size", "[4, 8]", "[4, 4]")]
    [DataRow("model_args.in_chans", "1", "3")]
    [DataRow("model_args.num_classes", "1000", "3")]
    [DataRow("model_args.embed_dim", "64", "32")]
    [DataRow("model_args.depth", "12", "2")]
    [DataRow("model_args.mlp_ratio", "4", "2")]
    [DataRow("num_classes", "1000", "3")]
    [DataRow("num_classes", "\"3\"", "3")]
    [DataRow("num_labels", "2", "3")]
    [DataRow("pretrained_cfg.num_classes", "1000", "3")]
    [DataRow("pretrained_cfg.input_size", "[3, 224, 224]", "[3, 8, 8]")]
    [DataRow("pretrained_cfg.input_size", "[3, 8, 16]", "[3, 8, 8]")]
    [DataRow("pretrained_cfg.input_size", "[1, 8, 8]", "[3, 8, 8]")]
    [DataRow("pretrained_cfg.input_size", "[8, 8]", "[3, 8, 8]")]
    [DataRow("pretrained_cfg.crop_mode", "\"corner\"", "\"center\", \"squash\" or \"border\"")]
    [DataRow("pretrained_cfg.interpolation", "\"random\"", "one filter")]
    [DataRow("pretrained_cfg.interpolation", "\"area\"", "lanczos")]
    [DataRow("input_size", "[3, 224, 224]", "[3, 8, 8]")]
    [DataRow("architecture", "\"swin_tiny_patch4_window7_224\"", "vit_…")]
    [DataRow("architectures", "[\"SwinForImageClassification\"]", "vit_…")]
    [DataRow("model_type", "\"swin\"", "\"vit\"")]
    [DataRow("hidden_act", "\"relu\"", "\"gelu\", \"gelu_pytorch_tanh\" or \"quick_gelu\"")]
    [DataRow("hidden_act", "\"silu\"", "\"gelu\"")]
    [DataRow("layerscale_value", "1.0", "no LayerScale")]
    [DataRow("qkv_bias", "false", "true")]
    [DataRow("hidden_size", "768", "32")]
    [DataRow("num_hidden_layers", "12", "2")]
    [DataRow("intermediate_size", "3072", "64")]
    [DataRow("image_size", "224", "[8, 8]")]
    [DataRow("num_channels", "1", "3")]
    [DataRow("num_attention_heads", "4", "another key, or the convention, says 2")] // model_args says 2
    [DataRow("problem_type", "\"multi_label_classification\"", "single_label_classification")]
    [DataRow("num_register_tokens", "4", "0")]
    [DataRow("pruned_heads", "{\"0\": [1]}", "{}")]
    public void AKeyOfAnotherNetwork_IsRefusedByName(string key, string value, string expected)
    {
        using var folder = Tiny(key, value);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(folder));

        StringAssert.Contains(error.Message, "config.json");
        StringAssert.Contains(error.Message, $"key '{key}'");
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow("global_pool", "\"token\"")]
    [DataRow("model_args.fc_norm", "null")]
    [DataRow("model_args.fc_norm", "false")]
    [DataRow("model_args.act_layer", "\"gelu\"")]
    [DataRow("model_args.init_values", "null")]
    [DataRow("model_args.reg_tokens", "0")]
    [DataRow("model_args.img_size", "8")]
    [DataRow("model_args.img_size", "[8, 8]")]
    [DataRow("model_args.dynamic_img_size", "true")] // acts on images of another size alone
    [DataRow("model_args.drop_path_rate", "0.1")]
    [DataRow("model_args.mlp_ratio", "2")]
    [DataRow("model_args.mlp_ratio", "2.01")] // timm takes the whole part of 64.32
    [DataRow("num_classes", "3")]
    [DataRow("hidden_act", "\"gelu_python\"")]
    [DataRow("hidden_dropout_prob", "0.1")]
    [DataRow("attention_probs_dropout_prob", "0.1")]
    [DataRow("architecture", "\"vit_tiny_patch4_8\"")]
    [DataRow("architectures", "[\"ViTForImageClassification\"]")]
    [DataRow("transformers_version", "\"4.57.0\"")]
    [DataRow("pretrained_cfg.input_size", "[3, 8, 8]")]
    [DataRow("pretrained_cfg.test_input_size", "[3, 288, 288]")]
    [DataRow("pretrained_cfg.first_conv", "\"patch_embed.proj\"")]
    [DataRow("pretrained_cfg.crop_mode", "\"center\"")]
    public void AKeyThatAgreesOrHasNoEffect_IsTakenInSilence(string key, string value)
    {
        using var folder = Tiny(key, value);

        var notes = Load(folder).Weights.Notes;

        Assert.IsFalse(notes.Any(note => note.Contains("not known", StringComparison.Ordinal)), string.Join('\n', notes));
    }

    [TestMethod]
    [DataRow("model_args.rope_theta", "100")]
    [DataRow("colour", "\"red\"")]
    public void AKeyThatIsNotKnown_IsNoted(string key, string value)
    {
        using var folder = Tiny(key, value);

        StringAssert.Contains(string.Join('\n', Load(folder).Weights.Notes), $"keys that are not known here and were passed over: {key}.");
    }

    /// <summary>timm: after training, pretrained_cfg keeps the classes of the network before; the root goes before it.</summary>
    [TestMethod]
    public void ClassesOfTheNetworkBefore_DoNotCount()
    {
        using var folder = Tiny("", "");
        File.WriteAllText(
            folder["config.json"], """{"num_classes": 3, "model_args": {"num_heads": 2}, "pretrained_cfg": {"num_classes": 1000}}""");

        Assert.AreEqual(3, Load(folder).Weights.Config.NumClasses);
    }

    /// <summary>What is read counts wherever it stands: at the root, in model_args or in pretrained_cfg.</summary>
    [TestMethod]
    [DataRow("mean")]
    [DataRow("model_args.mean")]
    [DataRow("pretrained_cfg.mean")]
    public void AKeyThatIsRead_CountsInEverySection(string key)
    {
        using var folder = Tiny(key, "[0.25, 0.5, 0.75]");

        CollectionAssert.AreEqual(new[] { 0.25f, 0.5f, 0.75f }, Load(folder).Preprocessing.Mean.ToArray());
    }

    [TestMethod]
    [DataRow("crop_mode")]
    [DataRow("model_args.crop_mode")]
    public void Squash_CountsInEverySection(string key)
    {
        using var folder = Tiny(key, "\"squash\"");

        Assert.AreEqual(ImageResize.Exact, Load(folder).Preprocessing.Resize);
    }

    [TestMethod]
    [DataRow("layer_norm_eps")]
    [DataRow("model_args.layer_norm_eps")]
    [DataRow("pretrained_cfg.layer_norm_eps")]
    public void Eps_CountsInEverySection(string key)
    {
        using var folder = Tiny(key, "0.125");

        Assert.AreEqual(0.125f, Load(folder).Weights.Config.LayerNormEps);
    }

    [TestMethod]
    public void HeadsThatContradictEachOther_AreRefused()
    {
        using var folder = Tiny("num_heads", "4");

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => Load(folder)).Message,
            "'num_heads' and 'model_args.num_heads': found 4 and 2, expected the same");
    }

    [TestMethod]
    public void NamesThatContradictEachOther_AreRefused()
    {
        using var folder = Tiny(
            "label_names", """["dog", "cat", "bird"], "id2label": {"0": "bird", "1": "cat", "2": "dog"}""");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(folder));

        StringAssert.Contains(error.Message, "'label_names' and 'id2label': found dog, cat, bird and bird, cat, dog, expected the same");
    }

    /// <summary>timm's squash: both sides to size / crop_pct, then the centre.</summary>
    [TestMethod]
    public void Squash_ResizesBothSides()
    {
        using var folder = Case("csquash");

        var (_, preprocessing) = Load(folder);

        Assert.AreEqual((ImageResize.Exact, 8), (preprocessing.Resize, preprocessing.ResizeSize));
        Assert.AreEqual(CropRounding.HalfToEven, preprocessing.CropRounding); // Hugging Face's Exact rounds down
    }

    [TestMethod]
    public void ANetworkThatIsNotSquare_IsNeverReadAsSquare()
    {
        string path = TestCases.Path("configs/nonsquare/tiny.safetensors");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(path));

        StringAssert.Contains(error.Message, "key 'model_args.img_size': found [16,36], but the tensors say [24, 24]");
        StringAssert.Contains(error.Message, "not square");
    }

    [TestMethod]
    public void ANetworkWhoseSizeNothingSays_IsTakenForSquare_WithANote()
    {
        using var folder = Tiny("", "");
        File.Delete(folder["config.json"]);
        File.WriteAllText(folder["config.json"], """{"num_attention_heads": 2}""");

        StringAssert.Contains(string.Join('\n', Load(folder).Weights.Notes), "4 patches are taken for a square of 8x8 pixels");
    }

    [TestMethod]
    public void AFileThatIsNoConfig_IsNotReadWhole()
    {
        using var folder = Tiny("", "");
        using (var file = File.OpenWrite(folder["config.json"]))
        {
            file.SetLength(65L << 20);
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Load(folder)).Message, "expected at most");
    }

    private static TemporaryFolder Case(string name)
    {
        var folder = Tiny("", "");
        File.Copy(TestCases.Path($"configs/{name}/config.json"), folder["config.json"], overwrite: true);
        return folder;
    }

    private static TemporaryFolder Tiny(string key, string value)
    {
        var folder = new TemporaryFolder();
        File.Copy(TestCases.Path("models/tiny.safetensors"), folder["tiny.safetensors"]);
        string Members(string section) => key.StartsWith(section, StringComparison.Ordinal) && key.Length > 0
            && key[section.Length..] is { } rest && !rest.Contains('.', StringComparison.Ordinal)
                ? $", \"{rest}\": {value}"
                : "";
        string args = $"\"num_heads\": 2{Members("model_args.")}";
        string pixels = $"\"crop_pct\": 1{Members("pretrained_cfg.")}";
        File.WriteAllText(folder["config.json"], $"{{\"model_args\": {{{args}}}, \"pretrained_cfg\": {{{pixels}}}{Members("")}}}");
        return folder;
    }

    private static (NetworkWeights Weights, ImagePreprocessing Preprocessing) Load(TemporaryFolder folder)
    {
        using var checkpoint = Checkpoint.Open(folder["tiny.safetensors"]);
        return (checkpoint.ReadWeights(), checkpoint.Preprocessing);
    }
}
