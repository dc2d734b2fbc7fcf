using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Gates;

/// <summary>What <see cref="InteractionAwareSelection"/> chose and what it predicts of it.</summary>
/// <param name="Plan">A mask for every layer.</param>
/// <param name="FitDivergence">Predicted KL to the dense network, nats per image, on the images that the choice was made by.</param>
/// <param name="HeldOutDivergence">
/// The same on images it has not seen. Far above the other, the choice is fitted to its images: take more of them.
/// </param>
internal sealed record InteractionChoice(SparsityPlan Plan, double FitDivergence, double HeldOutDivergence);
