using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Networks;

/// <content>The network as a ViT, for those who do not walk the specification yet; goes with the last of them.</content>
public sealed partial class NetworkWeights
{
    private ViTConfig? _config;

    internal NetworkWeights(ViTConfig config)
        : this(ViT.Of(config))
    {
    }

    internal ViTConfig Config => _config ??= ViT.TryConfigOf(Spec) ?? throw new NotSupportedException("Only a ViT has these parts.");

    internal float[] ClassToken => this["cls_token"];

    internal float[]? DistillationToken => Config.IsDistilled ? this["dist_token"] : null;

    internal float[] PositionEmbedding => this[Spec.Stem.Position];

    internal LinearWeights PatchEmbedding => this[Spec.Stem.Patch];

    internal IReadOnlyList<EncoderLayerWeights> Layers => [.. Spec.Layers.Select(layer => new EncoderLayerWeights(this, layer))];

    internal LayerNormWeights Norm => this[Spec.Norm];

    internal LinearWeights Head => this[Spec.Heads[0].Linear];

    internal LinearWeights? DistillationHead => Config.IsDistilled ? this[Spec.Heads[1].Linear] : null;
}
