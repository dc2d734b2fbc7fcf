using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>The weights of a ViT by the names of its parts, for tests and benchmarks that are about one.</summary>
internal static class ViTMembers
{
    extension(NetworkWeights weights)
    {
        public ViTConfig Config => ViT.TryConfigOf(weights.Spec)!;

        public float[] ClassToken => weights["cls_token"];

        public float[]? DistillationToken => weights.Config.IsDistilled ? weights["dist_token"] : null;

        public float[] PositionEmbedding => weights["pos_embed"];

        public LinearWeights PatchEmbedding => weights[weights.Spec.Stem.Patch];

        public IReadOnlyList<EncoderLayerWeights> Layers =>
            [.. weights.Spec.Layers.Select(layer => new EncoderLayerWeights(weights, layer))];

        public LayerNormWeights Norm => weights[weights.Spec.Norm!];

        public LinearWeights Head => weights[weights.Spec.Heads[0].Linear];

        public LinearWeights? DistillationHead => weights.Config.IsDistilled ? weights[weights.Spec.Heads[1].Linear] : null;
    }
}
