using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Unwrapping;

/// <summary>What training programs put around names comes off; the names themselves stay as their program has them.</summary>
[TestClass]
public sealed class WrappedNamesTests
{
    [TestMethod]
    [DataRow("patch_embed.proj.weight", "blocks.0.norm1.bias", "blocks.0.norm1.bias")]
    [DataRow("module.patch_embed.proj.weight", "module.blocks.0.norm1.bias", "blocks.0.norm1.bias")]
    [DataRow("_orig_mod.module.patch_embed.proj.weight", "_orig_mod.module.head.bias", "head.bias")]
    [DataRow("model.patch_embed.proj.weight", "model.head.bias", "head.bias")]
    [DataRow("net.0._orig_mod.conv_proj.weight", "net.0._orig_mod.class_token", "class_token")]
    [DataRow("timm_model.patch_embed.proj.weight", "timm_model.cls_token", "cls_token")]
    [DataRow("model.vit.embeddings.patch_embeddings.projection.weight", "model.vit.layernorm.bias", "vit.layernorm.bias")]
    [DataRow("model.vision_model.embeddings.patch_embedding.weight", "model.classifier.bias", "classifier.bias")]
    [DataRow("features.0.0.weight", "features.1.0.attn.qkv.weight", "features.1.0.attn.qkv.weight")]
    [DataRow("patch_embed.proj.weight", "head.1.weight", "head.weight")]
    [DataRow("conv_proj.weight", "heads.2.weight", "heads.weight")]
    [DataRow("conv_proj.weight", "heads.head.1.bias", "heads.head.bias")]
    [DataRow("vit.embeddings.patch_embeddings.projection.weight", "classifier.0.weight", "classifier.weight")]
    [DataRow("backbone.patch_embed.proj.weight", "linear_head.weight", "linear_head.weight")]
    [DataRow("backbone.patch_embed.proj.weight", "head.weight", "head.weight")]
    [DataRow("backbone.patch_embed.proj.weight", "fc.1.bias", "head.bias")]
    [DataRow("vit.conv_proj.weight", "classifier.weight", "heads.head.weight")]
    [DataRow("net.vit.embeddings.patch_embeddings.projection.weight", "fc.weight", "classifier.weight")]
    public void Prefixes_ComeOff(string patch, string name, string expected)
    {
        using var file = WrappedNames.TakeOff(File((patch, [1]), (name, [2, 3])), []);

        Assert.Contains(expected, file.Names);
        Assert.HasCount(2, file.Names);
        Assert.AreEqual(expected, file.Find(expected)!.Name);
        CollectionAssert.AreEqual(new[] { 2f, 3f }, Read(file, expected));
    }

    [TestMethod]
    public void OtherModules_ArePassedOverWithANote()
    {
        List<string> notes = [];

        using var file = WrappedNames.TakeOff(
            File(("model.patch_embed.proj.weight", [1]), ("loss.weight", [2]), ("model.head.bias", [3])), notes);

        CollectionAssert.AreEqual(new[] { "patch_embed.proj.weight", "head.bias" }, file.Names.ToArray());
        StringAssert.Contains(
            notes.Single(),
            "The prefix 'model.' was taken off the tensors' names; 1 tensors without it were passed over: loss.weight.");
    }

    [TestMethod]
    public void AClassifierInsideAndOneOutside_AreRefused()
    {
        using var file = File(("model.patch_embed.proj.weight", [1]), ("model.head.bias", [2]), ("classifier.bias", [3]));

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => WrappedNames.TakeOff(file, [])).Message,
            "'model.head.bias' and 'classifier.bias' are two classifiers");
    }

    [TestMethod]
    public void Masks_AreMultipliedIn()
    {
        List<string> notes = [];

        using var file = WrappedNames.TakeOff(
            File(("module.a.weight_mask", [1, 0, 1]), ("module.a.weight_orig", [4, 5, -6]), ("module.mask_token", [7])), notes);

        CollectionAssert.AreEquivalent(new[] { "a.weight", "mask_token" }, file.Names.ToArray());
        CollectionAssert.AreEqual(new[] { 4f, 0f, -6f }, Read(file, "a.weight"));
        CollectionAssert.AreEqual(new[] { 4f, 0f, -6f }, file.ReadSingles("a.weight"));
        StringAssert.Contains(notes.Single(), "1 weights of the file have masks");
    }

    [TestMethod]
    public void Buffers_AreNotPartOfANetwork()
    {
        using var file = WrappedNames.TakeOff(
            File(
                ("norm.num_batches_tracked", [1]), ("vision_model.embeddings.position_ids", [1]),
                ("layers.0.attn.relative_position_index", [1]), ("norm.weight", [1])),
            []);

        Assert.AreEqual("norm.weight", file.Names.Single());
    }

    [TestMethod]
    [DataRow("head.0.weight", "head.2.weight", "the head has two linear layers ('head.0', 'head.2'); one is supported.")]
    [DataRow("classifier.0.weight", "classifier.3.bias", "the head has two linear layers ('classifier.0', 'classifier.3')")]
    [DataRow("module.norm.weight", "norm.weight", "both stand for 'norm.weight'")]
    [DataRow("teacher.patch_embed.proj.weight", "student.patch_embed.proj.weight", "it holds 2 networks, as 'teacher.' and 'student.'")]
    public void WhatIsNotOneNetwork_IsRefused(string first, string second, string says)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => WrappedNames.TakeOff(File((first, [1]), (second, [1])), []));

        StringAssert.Contains(error.Message, says);
    }

    [TestMethod]
    public void MaskOfOtherSides_IsRefused()
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => WrappedNames.TakeOff(File(("a.weight_orig", [1, 2]), ("a.weight_mask", [1])), []));

        StringAssert.Contains(error.Message, "tensor 'a.weight_orig' is F32 [2, 1] and its mask 'a.weight_mask' F32 [1, 1]");
    }

    private static float[] Read(ITensorFile file, string name)
    {
        float[] values = new float[file.Find(name)!.Shape.Aggregate(1L, (product, side) => product * side)];
        file.ReadSingles(name, values);
        return values;
    }

    private static MemoryTensors File(params (string Name, float[] Values)[] tensors) => new(tensors);
}
