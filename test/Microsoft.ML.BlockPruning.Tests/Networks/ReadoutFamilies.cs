using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>Encoders alike but for what stands before the first layer, after the last, and between the layers of an MLP.</summary>
internal static class ReadoutFamilies
{
    private const int Width = 12, Patches = 16, Classes = 5;
    private const float Eps = 1e-5f;

    public static IReadOnlyDictionary<string, NetworkSpec> All { get; } = new Dictionary<string, NetworkSpec>
    {
        ["mean of patches, norm of it"] = Of(["cls_token"], null, GeluForm.Exact, null, Mean("head", 1, Norm("fc_norm"))), // MAE
        ["norm before, quick"] = Of(["cls_token"], Norm("norm_pre"), GeluForm.Quick, Norm("norm"), Token("head", 0)), // CLIP in timm
        ["no norm, mean of patches"] = Of(["cls_token"], Norm("norm_pre"), GeluForm.Quick, null, Mean("head", 1)), // CLIP elsewhere
        ["class token and mean"] = Of(["cls_token"], null, GeluForm.Exact, Norm("norm"), Token("head", 0), Mean("head_mean", 1)), // DINOv2
        ["no prefix token, tanh"] = Of([], null, GeluForm.Tanh, Norm("norm"), Mean("head", 0)), // SigLIP
        ["registers"] = Of(["cls_token", "r1", "r2", "r3", "r4"], null, GeluForm.Exact, Norm("norm"), Token("head", 0)), // DINOv2 too
        ["all at once"] = Everything,
    };

    /// <summary>Every part that no ViT has, in one.</summary>
    public static NetworkSpec Everything => Of(
        ["cls_token", "r1", "r2"], Norm("norm_pre"), GeluForm.Tanh, null,
        Mean("head", 3, Norm("fc_norm")), Token("head_cls", 0, Norm("cls_norm")));

    private static NetworkSpec Of(string[] prefix, NormSpec? before, GeluForm form, NormSpec? after, params HeadSpec[] heads)
    {
        int tokens = Patches + prefix.Length;
        return new NetworkSpec(
            "readout", imageSize: 8, channels: 1,
            new StemSpec(PatchSize: 2, new LinearSpec("patch_embed.proj", Width, 4, Patches), prefix, "pos_embed", before),
            [.. new[] { "blocks.0", "blocks.1" }.SelectMany(layer => Layer(layer, tokens, form))],
            after, heads);
    }

    private static StepSpec[] Layer(string layer, int tokens, GeluForm form) =>
    [
        new BranchSpec(
            layer, Norm($"{layer}.norm1"), new LinearSpec($"{layer}.attn.qkv", 3 * Width, Width, tokens, RowGroups: 3),
            new AttentionSpec(Heads: 2, HeadDim: 6), new LinearSpec($"{layer}.attn.proj", Width, Width, tokens)),
        new BranchSpec(
            layer, Norm($"{layer}.norm2"), new LinearSpec($"{layer}.mlp.fc1", 18, Width, tokens),
            new GeluSpec(form), new LinearSpec($"{layer}.mlp.fc2", Width, 18, tokens)),
    ];

    private static NormSpec Norm(string name) => new(name, Width, Eps);

    private static HeadSpec Mean(string name, int first, NormSpec? norm = null) =>
        new(new MeanPooling(first), new LinearSpec(name, Classes, Width, 1), norm);

    private static HeadSpec Token(string name, int token, NormSpec? norm = null) =>
        new(new TokenPooling(token), new LinearSpec(name, Classes, Width, 1), norm);
}
