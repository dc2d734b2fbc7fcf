using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Configuration;

[TestClass]
public sealed class CheckpointConfigTests
{
    [TestMethod]
    public void Read_TakesTimmsKeys()
    {
        var config = Read("""
            {
              "architecture": "vit_base_patch16_224", "num_classes": 2, "global_pool": "token", "label_names": ["cat", "dog"],
              "model_args": { "num_heads": 12 },
              "pretrained_cfg": {
                "input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.9, "mean": [0.5, 0.25, 0.125], "std": [1, 2, 4]
              }
            }
            """);
        Assert.AreEqual(12, config.AttentionHeads);
        Assert.IsNull(config.LayerNormEps);
        Assert.AreEqual(224, config.Pixels!.ImageSize);
        var pixels = config.Pixels.For(224, channels: 3);
        Assert.AreEqual((ImageInterpolation.Bicubic, 248), (pixels.Interpolation, pixels.ResizeSize));
        CollectionAssert.AreEqual(new[] { 0.5f, 0.25f, 0.125f }, pixels.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 2f, 4f }, pixels.Std.ToArray());
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, config.LabelNames!.ToArray());
    }

    [TestMethod]
    public void Read_TakesHuggingFacesKeys()
    {
        var config = Read("""
            {
              "hidden_act": "gelu", "num_attention_heads": 3, "layer_norm_eps": 1e-12,
              "id2label": {"1": "dog", "0": "cat"}, "model_args": null
            }
            """);
        Assert.AreEqual(3, config.AttentionHeads);
        Assert.AreEqual(1e-12f, config.LayerNormEps);
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, config.LabelNames!.ToArray());
        Assert.IsNull(config.Pixels);
    }

    [TestMethod]
    public void Read_OfAFileWithAByteOrderMark_PassesItOver() =>
        Assert.AreEqual(3, Read("\uFEFF{\"num_attention_heads\": 3}").AttentionHeads);

    [TestMethod]
    [DataRow("[]", "the root", "an object")]
    [DataRow("{", "not valid JSON", "Repair")]
    [DataRow("""{"a": 1, "a": 2}""", "not valid JSON", "a")]
    [DataRow("""{"num_attention_heads": "12"}""", "'num_attention_heads': found \"12\"", "number")]
    [DataRow("""{"num_attention_heads": 0}""", "'num_attention_heads': found 0", "positive")]
    [DataRow("""{"num_attention_heads": 1.5}""", "'num_attention_heads': found 1.5", "whole number")]
    [DataRow("""{"model_args": 3}""", "'model_args': found 3", "object")]
    [DataRow("""{"model_args": {"num_heads": {}}}""", "'model_args.num_heads': found {}", "number")]
    [DataRow("""{"layer_norm_eps": -1}""", "'layer_norm_eps': found -1", "(0, 1]")]
    [DataRow("""{"pretrained_cfg": {"mean": 0.5}}""", "'pretrained_cfg.mean': found 0.5", "array")]
    [DataRow("""{"pretrained_cfg": {"std": [1, "x"]}}""", "'pretrained_cfg.std[1]': found \"x\"", "number")]
    [DataRow("""{"pretrained_cfg": {"std": [1e99]}}""", "'pretrained_cfg.std[0]': found 1e99", "finite")]
    [DataRow("""{"pretrained_cfg": {"crop_pct": 1.5}}""", "'pretrained_cfg.crop_pct': found 1.5", "(0, 1]")]
    [DataRow("""{"label_names": ["a", 1]}""", "'label_names[1]': found 1", "string")]
    [DataRow("""{"id2label": {"0": "a", "2": "b"}}""", "'id2label'", "0 to 1")]
    [DataRow("""{"id2label": {"0": "a", "00": "b"}}""", "'id2label'", "'00'")]
    [DataRow("""{"id2label": {"cat": "a"}}""", "'id2label'", "'cat'")]
    [DataRow("""{"global_pool": "map"}""", "'global_pool': found \"map\"", "\"token\"")]
    [DataRow("""{"hidden_act": "relu"}""", "'hidden_act': found \"relu\"", "\"gelu\"")]
    [DataRow("""{"label_names": ["\ud800"]}""", "not valid JSON", "")]
    public void Read_NamesTheKeyWhatWasFoundAndWhatWasExpected(string json, string found, string expected)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(json));
        StringAssert.Contains(error.Message, "file");
        StringAssert.Contains(error.Message, found);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void TryReadBeside_ReadsTheFileInTheModelsFolderIfThereIsOne()
    {
        using var folder = new TemporaryFolder();
        Assert.IsNull(ConfigFile.TryReadBeside(folder["model.safetensors"]));
        File.WriteAllText(folder["config.json"], """{"num_attention_heads": 7}""");
        Assert.AreEqual(7, ConfigFile.TryReadBeside(folder["model.safetensors"])!.AttentionHeads);
    }

    private static CheckpointConfig Read(string json) => new CheckpointConfigReader("file").Read(Encoding.UTF8.GetBytes(json));
}
