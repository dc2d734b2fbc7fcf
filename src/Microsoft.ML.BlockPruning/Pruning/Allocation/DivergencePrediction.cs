namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>
/// What a choice of blocks is predicted to cost before any refit, KL divergence to the network it was chosen on in nats per image.
/// </summary>
/// <param name="Fit">On the images that the choice was made by.</param>
/// <param name="HeldOut">
/// On images that it has not seen. Far above the other, the choice is fitted to its images: take more of them.
/// </param>
internal sealed record DivergencePrediction(double Fit, double HeldOut);
