using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>
/// What calibration knows of one prunable layer: second moments of its inputs x and of the loss gradients d at its outputs.
/// </summary>
/// <param name="Inputs">
/// One per row group, [in + 1, in + 1] float64, symmetric: Σ e x̃ x̃ᵀ / Σ e over all tokens, x̃ = [x, 1], e = the token's weight in the
/// group.
/// </param>
/// <param name="Gradients">
/// [strips, blockHeight, blockHeight] float64: Σ d dᵀ / images of each row strip; zero past a ragged edge.
/// </param>
/// <param name="TokenWeights">
/// One per row group, [images · tokens] float32: ‖d‖² over the group's outputs, scaled to mean one in each image; ones for
/// an image where no gradient arrives.
/// </param>
/// <param name="EffectiveImages">Images that <paramref name="Inputs"/> rest on: see <see cref="TokenEnergies.EffectiveImages"/>.</param>
internal sealed record LayerStatistics(
    IReadOnlyList<Tensor> Inputs, Tensor Gradients, IReadOnlyList<float[]> TokenWeights, double EffectiveImages);
