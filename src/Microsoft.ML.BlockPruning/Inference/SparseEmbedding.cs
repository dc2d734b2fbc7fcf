using Microsoft.ML.BlockPruning.Network;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>What makes tokens of an image.</summary>
/// <param name="Patch">[embedDim, channels · patchSize · patchSize]: the patch convolution as a linear layer.</param>
/// <param name="ClassToken">[embedDim].</param>
/// <param name="DistillationToken">[embedDim]; null in a network without distillation.</param>
/// <param name="Position">[tokens, embedDim], prefix tokens first.</param>
internal sealed record SparseEmbedding(LinearWeights Patch, float[] ClassToken, float[]? DistillationToken, float[] Position)
{
    public IEnumerable<float[]> PrefixTokens => DistillationToken is null ? [ClassToken] : [ClassToken, DistillationToken];
}
