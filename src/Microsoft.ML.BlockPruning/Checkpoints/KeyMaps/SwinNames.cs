using System.Globalization;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Names of Swin v1's tensors in five programs. Canonical are timm's since 0.9, where a stage begins with its merge.</summary>
/// <remarks>
/// Microsoft's and timm's before are the same but for the merges, which end a stage there: <c>layers.0.downsample</c> tells them apart.
/// </remarks>
internal static class SwinNames
{
    private const int MostStages = 8; // all that were published have four

    private static readonly string[] MergeParts = ["norm.{P}", "reduction.{P}"];

    private static readonly BlockNames Plain = new(
        "norm1", ["attn.qkv"], "attn.proj", "attn.relative_position_bias_table", "attn.relative_position_index", "norm2", "mlp.fc1",
        "mlp.fc2");

    private static readonly BlockNames Hf4 = new(
        "layernorm_before", ["attention.self.query", "attention.self.key", "attention.self.value"], "attention.output.dense",
        "attention.self.relative_position_bias_table", "attention.self.relative_position_index", "layernorm_after", "intermediate.dense",
        "output.dense");

    private static readonly BlockNames Hf5 = new(
        "layernorm_before", ["attention.q_proj", "attention.k_proj", "attention.v_proj"], "attention.o_proj",
        "attention.relative_position_bias.relative_position_bias_table", "attention.relative_position_bias.relative_position_index",
        "layernorm_after", "mlp.fc1", "mlp.fc2");

    /// <summary>timm's; Microsoft's and old timm's; those of transformers 4 and 5; torchvision's.</summary>
    public static IReadOnlyList<KeyMap> Maps { get; } =
    [
        OfTimm("timm's names", "all but the first", stage => stage, ["head.fc", "head"]),
        OfTimm("Microsoft's or timm's older names", "all but the last", stage => stage - 1, ["head", "head.fc"]),
        OfHuggingFace(4, Hf4),
        OfHuggingFace(5, Hf5),
        OfTorchvision(),
    ];

    private static KeyMap OfTimm(string whose, string merges, Func<int, int> stageWithMerge, string[] heads) => new(
        $"a Swin classifier with {whose}",
        $"patch_embed.{{proj, norm}}, layers.S.blocks.N.{Plain}, layers.S.downsample.{{norm, reduction}} ({merges}), norm, {heads[0]}",
        [
            KeyRow.Keep("patch_embed.proj.{P}"),
            KeyRow.Keep("patch_embed.norm.{P}"),
            .. BlockRows("layers.{N}.blocks.{M}.", "layers.{N}.blocks.{M}.", Plain),
            KeyRow.Keep("layers.{N}.blocks.{M}.attn_mask"),
            .. MergeRows(stage => $"layers.{stageWithMerge(stage)}.downsample."),
            KeyRow.Keep("norm.{P}"),
            .. heads.Select(head => KeyRow.Keep($"{head}.{{P}}", "head.fc.{P}")),
        ]);

    private static KeyMap OfHuggingFace(int version, BlockNames names) => new(
        $"a Swin classifier with Hugging Face's names (transformers {version})",
        $"swin.embeddings.{{patch_embeddings.projection, norm}}, swin.encoder.layers.S.blocks.N.{names}, "
        + "swin.encoder.layers.S.downsample.{norm, reduction} (all but the last), swin.layernorm, classifier",
        [
            KeyRow.Keep("swin.embeddings.patch_embeddings.projection.{P}", "patch_embed.proj.{P}"),
            KeyRow.Keep("swin.embeddings.norm.{P}", "patch_embed.norm.{P}"),
            KeyRow.PassOver("swin.embeddings.mask_token"), // what stands for hidden patches in pretraining
            .. BlockRows("swin.encoder.layers.{N}.blocks.{M}.", "layers.{N}.blocks.{M}.", names),
            .. MergeRows(stage => $"swin.encoder.layers.{stage - 1}.downsample."),
            KeyRow.Keep("swin.layernorm.{P}", "norm.{P}"),
            KeyRow.Keep("classifier.{P}", "head.fc.{P}"),
        ]);

    // Stages and merges take turns: features.0 is the stem, 1 a stage, 2 a merge.
    private static KeyMap OfTorchvision() => new(
        "a Swin classifier with torchvision's names",
        $"features.0.{{0, 2}}, features.(2S+1).N.{Plain with { Fc1 = "mlp.0", Fc2 = "mlp.3" }}, features.(2S+2).{{norm, reduction}}, "
        + "norm, head",
        [
            KeyRow.Keep("features.0.0.{P}", "patch_embed.proj.{P}"),
            KeyRow.Keep("features.0.2.{P}", "patch_embed.norm.{P}"),
            .. Enumerable.Range(0, MostStages).SelectMany(stage => BlockRows(
                Invariant($"features.{(2 * stage) + 1}.{{N}}."), Invariant($"layers.{stage}.blocks.{{N}}."),
                Plain with { Fc1 = "mlp.0", Fc2 = "mlp.3" })),
            .. MergeRows(stage => Invariant($"features.{2 * stage}.")),
            KeyRow.Keep("norm.{P}"),
            KeyRow.Keep("head.{P}", "head.fc.{P}"),
        ]);

    private static IEnumerable<KeyRow> BlockRows(string block, string canonical, BlockNames names) =>
    [
        KeyRow.Keep($"{block}{names.Norm1}.{{P}}", $"{canonical}{Plain.Norm1}.{{P}}"),
        new(
            new($"{canonical}attn.qkv.{{P}}"), [.. names.Qkv.Select(part => new KeyPattern($"{block}{part}.{{P}}"))],
            names.Qkv.Count == 1 ? KeepTensor.Instance : StackedRows.Instance),
        KeyRow.Keep($"{block}{names.Out}.{{P}}", $"{canonical}{Plain.Out}.{{P}}"),
        KeyRow.Keep($"{block}{names.Table}", $"{canonical}{Plain.Table}"),
        KeyRow.PassOver($"{block}{names.Index}"), // follows from the window's side
        KeyRow.Keep($"{block}{names.Norm2}.{{P}}", $"{canonical}{Plain.Norm2}.{{P}}"),
        KeyRow.Keep($"{block}{names.Fc1}.{{P}}", $"{canonical}{Plain.Fc1}.{{P}}"),
        KeyRow.Keep($"{block}{names.Fc2}.{{P}}", $"{canonical}{Plain.Fc2}.{{P}}"),
    ];

    private static IEnumerable<KeyRow> MergeRows(Func<int, string> mergeBefore) =>
        from stage in Enumerable.Range(1, MostStages - 1)
        from part in MergeParts
        select KeyRow.Keep($"{mergeBefore(stage)}{part}", Invariant($"layers.{stage}.downsample.{part}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the parts of a block are called.</summary>
    private sealed record BlockNames(
        string Norm1, IReadOnlyList<string> Qkv, string Out, string Table, string Index, string Norm2, string Fc1, string Fc2)
    {
        public override string ToString() => $"{{{Norm1}, {string.Join(", ", Qkv)}, {Table}, {Out}, {Norm2}, {Fc1}, {Fc2}}}";
    }
}
