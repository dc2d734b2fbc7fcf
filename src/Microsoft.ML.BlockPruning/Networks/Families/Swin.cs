namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>Swin v1 (Liu et al., ICCV 2021) as a specification. Names are timm's, version 0.9 and later.</summary>
internal static class Swin
{
    public const string Name = "swin";
    public const string Head = "head.fc";

    /// <summary>The network of some sizes.</summary>
    /// <exception cref="ArgumentException">They do not fit together, or are too large; names the part.</exception>
    /// <exception cref="OverflowException">They are far too large.</exception>
    public static NetworkSpec Of(SwinSizes sizes)
    {
        int side = sizes.ImageSize / sizes.PatchSize, width = sizes.Stages[0].Width;
        int patchDim = checked(sizes.Channels * sizes.PatchSize * sizes.PatchSize);
        var steps = new List<StepSpec>();
        var stem = new StemSpec(
            sizes.PatchSize, new LinearSpec("patch_embed.proj", width, patchDim, checked(side * side)), [], Position: null,
            new NormSpec("patch_embed.norm", width, sizes.LayerNormEps));
        for (int index = 0; index < sizes.Stages.Count; index++)
        {
            var stage = sizes.Stages[index];
            if (index > 0)
            {
                side = (int)MergeSpec.SideAfter(side);
                steps.Add(Merge(index, checked(4 * width), stage.Width, side * side, sizes.LayerNormEps));
                width = stage.Width;
            }

            for (int block = 0; block < stage.Depth; block++)
            {
                steps.AddRange(Block($"layers.{index}.blocks.{block}", stage, side, block % 2 == 1, sizes));
            }
        }

        return new NetworkSpec(
            Name, sizes.ImageSize, sizes.Channels, stem, steps, new NormSpec("norm", width, sizes.LayerNormEps),
            [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec(Head, sizes.NumClasses, width, 1))]);
    }

    /// <summary>What a block's bias is called.</summary>
    public static string BiasOf(string block) => $"{block}.attn.relative_position_bias_table";

    private static MergeSpec Merge(int stage, int from, int to, int tokens, float eps) => new(
        $"layers.{stage}.downsample",
        new NormSpec($"layers.{stage}.downsample.norm", from, eps),
        new LinearSpec($"layers.{stage}.downsample.reduction", to, from, tokens));

    /// <summary>x += proj(window attention(qkv(norm1 x))), x += fc2(GELU(fc1(norm2 x))).</summary>
    private static StepSpec[] Block(string block, SwinStage stage, int side, bool isOdd, SwinSizes sizes)
    {
        int width = stage.Width, tokens = checked(side * side);
        float eps = sizes.LayerNormEps;
        int shift = isOdd && stage.Window < side ? stage.Window / 2 : 0; // where a window covers the map there is nothing to shift
        return
        [
            new BranchSpec(
                block,
                new NormSpec($"{block}.norm1", width, eps),
                new LinearSpec($"{block}.attn.qkv", checked(3 * width), width, tokens, RowGroups: 3),
                new WindowAttentionSpec(stage.Heads, width / stage.Heads, stage.Window, shift, BiasOf(block)),
                new LinearSpec($"{block}.attn.proj", width, width, tokens)),
            new BranchSpec(
                block,
                new NormSpec($"{block}.norm2", width, eps),
                new LinearSpec($"{block}.mlp.fc1", stage.MlpDim, width, tokens),
                new GeluSpec(sizes.Activation),
                new LinearSpec($"{block}.mlp.fc2", width, stage.MlpDim, tokens)),
        ];
    }
}
