namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What a <c>config.json</c> may say of a Swin transformer, and what the tensors say.</summary>
internal static class SwinFacts
{
    // Per key what the tensors say, as whole numbers.
    private static readonly Dictionary<string, Func<SwinFigures, int[]>> Numbers = new(StringComparer.Ordinal)
    {
        ["num_classes"] = its => [its.Sizes.NumClasses],
        ["num_labels"] = its => [its.Sizes.NumClasses],
        ["embed_dim"] = its => [its.Sizes.Stages[0].Width],
        ["hidden_size"] = its => [its.Sizes.Stages[^1].Width],
        ["depths"] = its => [.. its.Sizes.Stages.Select(stage => stage.Depth)],
        ["num_heads"] = its => [.. its.Sizes.Stages.Select(stage => stage.Heads)],
        ["num_attention_heads"] = its => [.. its.Sizes.Stages.Select(stage => stage.Heads)],
        ["num_layers"] = its => [its.Sizes.Stages.Count],
        ["num_hidden_layers"] = its => [its.Sizes.Stages.Count],
        ["window_size"] = its => [its.LargestWindow, its.LargestWindow],
        ["in_chans"] = its => [its.Sizes.Channels],
        ["num_channels"] = its => [its.Sizes.Channels],
        ["patch_size"] = its => [its.Sizes.PatchSize, its.Sizes.PatchSize],
        ["img_size"] = its => [its.Sizes.ImageSize, its.Sizes.ImageSize],
        ["image_size"] = its => [its.Sizes.ImageSize, its.Sizes.ImageSize],
        ["input_size"] = its => [its.Sizes.Channels, its.Sizes.ImageSize, its.Sizes.ImageSize],
        ["mlp_ratio"] = its => [its.Sizes.Stages[0].MlpDim],
    };

    private static readonly Dictionary<string, Func<SwinFigures, bool?>> Parts = new(StringComparer.Ordinal)
    {
        ["qkv_bias"] = its => its.HasQkvBias,
    };

    /// <summary>Both.</summary>
    public static FactTable<SwinFigures> Table { get; } = new(Numbers, Parts, its => its.Sizes.Stages[0].Width);
}
