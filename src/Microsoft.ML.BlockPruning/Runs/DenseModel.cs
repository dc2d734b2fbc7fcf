using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>The network that a run prunes, and what it makes of pixels and names.</summary>
/// <param name="Weights">The weights; not changed.</param>
/// <param name="Preprocessing">What is done to an image first.</param>
/// <param name="LabelNames">[numClasses], in the order of the logits.</param>
/// <param name="Facts">Classes and preprocessing for the report.</param>
internal sealed record DenseModel(
    NetworkWeights Weights, ImagePreprocessing Preprocessing, IReadOnlyList<string> LabelNames, NetworkFacts Facts)
{
    /// <summary>The network as it scores: an empty plan.</summary>
    public SparseViT ToNetwork() => SparseViT.Create(Weights, new SparsityPlan(), Preprocessing, LabelNames, Weights.Notes);
}
