using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>All weights of a dense ViT or DeiT classifier, float32.</summary>
public sealed class ViTWeights
{
    /// <summary>Creates a network of zeros (norm scales: ones).</summary>
    /// <param name="config">The network's shape.</param>
    public ViTWeights(ViTConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        ClassToken = new float[config.EmbedDim];
        DistillationToken = config.IsDistilled ? new float[config.EmbedDim] : null;
        PositionEmbedding = new float[config.Tokens * config.EmbedDim];
        PatchEmbedding = new LinearWeights("patch_embed.proj", config.EmbedDim, config.PatchDim);
        Layers = [.. Enumerable.Range(0, config.Depth).Select(i => new EncoderLayerWeights(config, i))];
        Norm = new LayerNormWeights("norm", config.EmbedDim);
        Head = new LinearWeights("head", config.NumClasses, config.EmbedDim);
        DistillationHead = config.IsDistilled ? new LinearWeights("head_dist", config.NumClasses, config.EmbedDim) : null;
    }

    /// <summary>The network's shape.</summary>
    public ViTConfig Config { get; }

    /// <summary>[embedDim].</summary>
    public float[] ClassToken { get; }

    /// <summary>[embedDim]; null in a network without distillation.</summary>
    public float[]? DistillationToken { get; }

    /// <summary>[tokens, embedDim], row-major; prefix tokens first.</summary>
    public float[] PositionEmbedding { get; }

    /// <summary>[embedDim, channels · patchSize · patchSize]: the patch convolution as a linear layer.</summary>
    public LinearWeights PatchEmbedding { get; }

    /// <summary>The encoder layers in forward order.</summary>
    public IReadOnlyList<EncoderLayerWeights> Layers { get; }

    /// <summary>The final norm.</summary>
    public LayerNormWeights Norm { get; }

    /// <summary>[numClasses, embedDim]: reads the class token.</summary>
    public LinearWeights Head { get; }

    /// <summary>[numClasses, embedDim]: reads the distillation token; null in a network without distillation.</summary>
    public LinearWeights? DistillationHead { get; }

    /// <summary>The prunable layers in forward order: qkv, proj, fc1, fc2 of every encoder layer.</summary>
    public IEnumerable<LinearWeights> PrunableLayers => Layers.SelectMany(layer => layer.Linears);

    /// <summary>What its file did not say and was assumed, or said and was not read; empty for a network made in code.</summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>An independent copy.</summary>
    /// <returns>A network with equal weights in arrays of its own.</returns>
    public ViTWeights Clone()
    {
        var copy = new ViTWeights(Config) { Notes = Notes };
        foreach (var (source, target) in Tensors().Zip(copy.Tensors()))
        {
            source.Values.CopyTo(target.Values, 0);
        }

        return copy;
    }

    /// <summary>Every tensor under its timm name, in checkpoint order: the one list that loads, saves and copies read.</summary>
    internal IEnumerable<WeightTensor> Tensors()
    {
        int d = Config.EmbedDim;
        yield return new WeightTensor("cls_token", [1, 1, d], ClassToken);
        if (DistillationToken is not null)
        {
            yield return new WeightTensor("dist_token", [1, 1, d], DistillationToken);
        }

        yield return new WeightTensor("pos_embed", [1, Config.Tokens, d], PositionEmbedding);
        yield return new WeightTensor(
            "patch_embed.proj.weight", [d, Config.Channels, Config.PatchSize, Config.PatchSize], PatchEmbedding.Weight);
        yield return new WeightTensor("patch_embed.proj.bias", [d], PatchEmbedding.Bias);
        foreach (var layer in Layers)
        {
            foreach (var tensor in Of(layer.Norm1).Concat(Of(layer.Qkv)).Concat(Of(layer.Proj))
                .Concat(Of(layer.Norm2)).Concat(Of(layer.Fc1)).Concat(Of(layer.Fc2)))
            {
                yield return tensor;
            }
        }

        foreach (var tensor in Of(Norm).Concat(Of(Head)).Concat(DistillationHead is null ? [] : Of(DistillationHead)))
        {
            yield return tensor;
        }
    }

    private static WeightTensor[] Of(LinearWeights linear) =>
    [
        new($"{linear.Name}.weight", [linear.OutFeatures, linear.InFeatures], linear.Weight),
        new($"{linear.Name}.bias", [linear.OutFeatures], linear.Bias),
    ];

    private static WeightTensor[] Of(LayerNormWeights norm) =>
    [
        new($"{norm.Name}.weight", [norm.Scale.Length], norm.Scale),
        new($"{norm.Name}.bias", [norm.Offset.Length], norm.Offset),
    ];
}
