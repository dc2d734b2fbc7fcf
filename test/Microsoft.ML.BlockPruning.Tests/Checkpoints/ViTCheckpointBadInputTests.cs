using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

[TestClass]
public sealed class ViTCheckpointBadInputTests
{
    private static readonly ViTConfig Config = new(
        imageSize: 12, patchSize: 4, channels: 3, embedDim: 10, depth: 3, numHeads: 5, mlpDim: 15, numClasses: 4, isDistilled: true);

    /// <summary>What is wrong, how to make it so, and what the message must say.</summary>
    private static readonly Dictionary<string, (Action<EditableCheckpoint> Spoil, string[] Says)> Faults = new()
    {
        ["NaN"] = (c => c.Set("blocks.1.mlp.fc2.weight", 17, float.NaN), ["'blocks.1.mlp.fc2.weight'", "NaN", "element 17"]),
        ["infinity"] = (c => c.Set("norm.bias", 9, float.NegativeInfinity), ["'norm.bias'", "-Infinity", "element 9"]),
        ["missing weight"] = (c => c.Remove("blocks.2.attn.qkv.weight"), ["'blocks.2.attn.qkv.weight'", "missing"]),
        ["missing bias"] = (c => c.Remove("blocks.0.attn.proj.bias"), ["'blocks.0.attn.proj.bias'", "missing"]),
        ["missing class token"] = (c => c.Remove("cls_token"), ["'cls_token'", "missing"]),
        ["missing head"] = (c => c.Remove("head.weight"), ["'head.weight'", "missing"]),
        ["no head"] = (c => Drop(c, "head."), ["without a classifier", "head.*"]),
        ["missing distillation head"] = (c => c.Remove("head_dist.bias"), ["'head_dist.bias'", "missing"]),
        ["distillation head without token"] = (c => c.Remove("dist_token"), ["'head_dist.", "does not belong"]),
        ["missing layer"] = (c => Drop(c, "blocks.1."), ["'blocks.1'", "'blocks.2'"]),
        ["transposed fc1"] = (c => c.Reshape("blocks.2.mlp.fc1.weight", [10, 15]), ["'blocks.2.mlp.fc1.weight'", "[10, 15]", "[15, 10]"]),
        ["norm of two sides"] = (c => c.Reshape("norm.weight", [10, 1]), ["'norm.weight'", "F32 [10, 1]", "[10]"]),
        ["class token of two sides"] = (c => c.Reshape("cls_token", [1, 10]), ["'cls_token'", "F32 [1, 10]"]),
        ["no classes"] = (c => c.Add("head.weight", [0, 10]), ["'head.weight'", "F32 [0, 10]"]),
        ["oblong patch"] = (c => c.Reshape("patch_embed.proj.weight", [10, 3, 2, 8]), ["'patch_embed.proj.weight'", "F32 [10, 3, 2, 8]"]),
        ["flat patch of no square"] = (c => c.Add("patch_embed.proj.weight", [10, 47]), ["'patch_embed.proj.weight'", "[10, 47]"]),
        ["patch of no rows"] = (
            c => c.Add("patch_embed.proj.weight", [0, 3, 30_000, 30_000]), ["'patch_embed.proj.weight'", "F32 [0, 3, 30000, 30000]"]),
        ["flat patch of no rows"] = (
            c => c.Add("patch_embed.proj.weight", [0, 1_200_000_000]), ["'patch_embed.proj.weight'", "F32 [0, 1200000000]"]),
        ["patch of too few rows"] = (
            c => c.Add("patch_embed.proj.weight", [1, 3, 99, 99]), ["'patch_embed.proj.weight'", "F32 [1, 3, 99, 99]", "[10, 3, 99, 99]"]),
        ["four channels"] = (c => c.Add("patch_embed.proj.weight", [10, 4, 4, 4]), ["channels", "4"]),
        ["tokens of no square"] = (c => c.Add("pos_embed", [1, 12, 10]), ["'pos_embed'", "12 tokens", "plus 2"]),
        ["heads that do not divide"] = (c => c.Metadata["num_heads"] = "3", ["numHeads", "3", "10"]),
        ["heads that are no number"] = (c => c.Metadata["num_heads"] = "many", ["'num_heads'", "'many'"]),
        ["half a LayerScale"] = (c => c.Add("blocks.0.ls1.gamma", [10]), ["'blocks.0.ls2.gamma'", "missing"]),
        ["LayerScale of another width"] = (
            c => c.Add("blocks.0.ls1.gamma", [9]), ["'blocks.0.ls1.gamma'", "F32 [9]", "10 values"]),
        ["LayerScale that is too large for a bias"] = (c => Scale(c, "blocks.1.attn.proj.bias", "blocks.1.ls1.gamma"),
            ["'blocks.1.ls1.gamma'", "Infinity", "element 3"]),
        ["LayerScale that is too large for a weight"] = (c => Scale(c, "blocks.2.mlp.fc2.weight", "blocks.2.ls2.gamma"),
            ["'blocks.2.ls2.gamma'", "Infinity", "element 3"]),
        ["torchvision's names in part"] = (
            c => c.Rename(name => name.Replace("cls", "class", StringComparison.Ordinal)), ["'class_token'", "does not belong"]),
        ["two networks"] = (
            c => c.Add("student.patch_embed.proj.weight", [10, 3, 4, 4]), ["2 networks", "'student.'"]),
        ["two spellings"] = (c => c.Add("module.norm.bias", [10]), ["'module.norm.bias'", "'norm.bias'"]),
        ["registers without end"] = (c => c.Add("reg_token", [1, 1025, 10]), ["'reg_token'", "F32 [1, 1025, 10]", "1024"]),
        ["missing bias of one layer"] = (c => c.Remove("blocks.1.attn.qkv.bias"), ["'blocks.1.attn.qkv.bias'", "missing"]),
        ["head of another width"] = (c => c.Add("head.weight", [4, 15]), ["'head.weight'", "F32 [4, 15]", "10 or 20 features"]),
        ["head of two halves beside a distillation head"] = (c => c.Add("head.weight", [4, 20]), ["'head.weight'", "F32 [4, 20]"]),
        ["head of several layers"] = (c => c.Reshape("head.weight", [1, 40]), ["'head.weight'", "F32 [1, 40]", "several layers"]),
        ["SwiGLU"] = (c => c.Add("blocks.0.mlp.w12.weight", [30, 10]), ["'blocks.0.mlp.w12.weight'", "SwiGLU is not supported"]),
        ["pruned file"] = (c => c.Add("blocks.0.attn.qkv.weight.crow_indices", [3]), ["crow_indices'", "block-sparse"]),
        ["norm of queries"] = (c => c.Add("blocks.0.attn.q_norm.weight", [10]), ["'blocks.0.attn.q_norm.weight'", "not supported"]),
        ["unused tensor"] = (c => c.Add("blocks.0.attn.extra.weight", [10]), ["'blocks.0.attn.extra.weight'", "does not belong"]),
        ["other names"] = (c => c.Rename(name => $"{name}_"), ["'cls_token_'", "blocks.N"]),
    };

    public static IEnumerable<string> FaultNames => Faults.Keys;

    [TestMethod]
    [DynamicData(nameof(FaultNames))]
    public void Load_RefusesAndNamesTheTensor(string fault)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new EditableCheckpoint(TinyViT.Random(Config, seed: 1));
        checkpoint.Metadata["num_heads"] = "5";
        Faults[fault].Spoil(checkpoint);
        checkpoint.Write(folder["model.safetensors"]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model.safetensors"]));

        StringAssert.Contains(error.Message, "model.safetensors");
        foreach (string part in Faults[fault].Says)
        {
            StringAssert.Contains(error.Message, part);
        }
    }

    /// <summary>Word for word: users search for these, and docs/troubleshooting.md is searched by parts of them.</summary>
    [TestMethod]
    [DataRow(
        "other names",
        "tensor 'cls_token_' does not belong to a ViT or DeiT classifier with timm's names. Expected cls_token, pos_embed, "
        + "patch_embed.proj, blocks.N.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1, "
        + "mlp.fc2}, norm, head and, distilled, dist_token with head_dist.")]
    [DataRow(
        "missing head",
        "tensor 'head.weight' is missing. Found 46 tensors, expected those of a ViT or DeiT classifier with timm's names.")]
    [DataRow("norm of two sides", "tensor 'norm.weight' is F32 [10, 1], expected [10].")]
    [DataRow("tokens of no square", "tensor 'pos_embed' has 12 tokens, expected a square number of patches plus 2.")]
    [DataRow("infinity", "tensor 'norm.bias' holds -Infinity at element 9 (row-major), expected finite ones.")]
    [DataRow("missing layer", "there is no tensor of 'blocks.1', but some of 'blocks.2'.")]
    public void Load_KeepsItsWords(string fault, string message)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new EditableCheckpoint(TinyViT.Random(Config, seed: 1));
        checkpoint.Metadata["num_heads"] = "5";
        Faults[fault].Spoil(checkpoint);
        checkpoint.Write(folder["model"]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model"]));

        Assert.AreEqual($"'{folder["model"]}': {message}", error.Message);
    }

    [TestMethod]
    public void Load_RefusesEachMissingTensorByName()
    {
        using var folder = new TemporaryFolder();
        var weights = TinyViT.Random(Config, seed: 1);
        foreach (string name in weights.Tensors.Select(tensor => tensor.Name).Where(name => name != "dist_token"))
        {
            var checkpoint = new EditableCheckpoint(weights);
            checkpoint.Metadata["num_heads"] = "5";
            checkpoint.Remove(name);
            checkpoint.Write(folder["model"]);
            var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["model"]), name);
            StringAssert.Contains(error.Message, $"'{name}'");
        }
    }

    // Each finite, their product is not. Element 3 of fc2's weight is of row 0.
    private static void Scale(EditableCheckpoint checkpoint, string tensor, string factors)
    {
        for (int layer = 0; layer < Config.Depth; layer++)
        {
            checkpoint.Add($"blocks.{layer}.ls1.gamma", [Config.EmbedDim]);
            checkpoint.Add($"blocks.{layer}.ls2.gamma", [Config.EmbedDim]);
        }

        checkpoint.Set(tensor, 3, 1e30f);
        checkpoint.Set(factors, tensor.EndsWith("bias", StringComparison.Ordinal) ? 3 : 0, 1e30f);
    }

    private static void Drop(EditableCheckpoint checkpoint, string prefix)
    {
        var names = new NetworkWeights(ViT.Of(Config)).Tensors.Select(tensor => tensor.Name);
        foreach (string name in names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            checkpoint.Remove(name);
        }
    }
}
