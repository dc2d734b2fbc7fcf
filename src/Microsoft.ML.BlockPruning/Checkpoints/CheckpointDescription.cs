using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>What was found out about a checkpoint, and from where: what <c>blockprune inspect</c> shows.</summary>
/// <param name="Network">The network; its text has family and sizes.</param>
/// <param name="Layout">Whose names the tensors have, such as "a ViT classifier with Hugging Face's names (transformers 4)".</param>
/// <param name="Facts">Heads, epsilon, activation, readout and image size, each with who says it.</param>
/// <param name="Notes">What was assumed, taken off, folded or passed over, as sentences.</param>
public sealed record CheckpointDescription(
    NetworkSpec Network, string Layout, IReadOnlyList<CheckpointFact> Facts, IReadOnlyList<string> Notes);
