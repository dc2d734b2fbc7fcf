using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>The name and size of a linear layer, without its weights.</summary>
/// <param name="Name">timm's name without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="OutFeatures">Rows of the weight.</param>
/// <param name="InFeatures">Columns of the weight.</param>
internal readonly record struct LinearShape(string Name, int OutFeatures, int InFeatures)
{
    /// <summary>Weights of the layer, without the bias.</summary>
    public long Elements => (long)OutFeatures * InFeatures;

    /// <summary>qkv, proj, fc1, fc2 of one encoder layer: the one list of what can be pruned.</summary>
    public static LinearShape[] OfEncoderLayer(ViTConfig config, int index) =>
    [
        new($"blocks.{index}.attn.qkv", 3 * config.EmbedDim, config.EmbedDim),
        new($"blocks.{index}.attn.proj", config.EmbedDim, config.EmbedDim),
        new($"blocks.{index}.mlp.fc1", config.MlpDim, config.EmbedDim),
        new($"blocks.{index}.mlp.fc2", config.EmbedDim, config.MlpDim),
    ];

    /// <summary>The prunable layers of a network in forward order.</summary>
    public static IEnumerable<LinearShape> OfPrunableLayers(ViTConfig config) =>
        Enumerable.Range(0, config.Depth).SelectMany(index => OfEncoderLayer(config, index));
}
