using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Sees what flows through one prunable layer during a <see cref="CalibrationPass"/>, batch by batch.</summary>
internal interface ILayerObserver
{
    /// <summary>Takes one batch; batches come in the order of calibration.</summary>
    /// <param name="input">[images, tokens, in] float32; not changed, valid during the call only.</param>
    /// <param name="gradient">
    /// [images, tokens, out] float32: derivative of the loss summed over images by the layer's output, so each image's part is of its own
    /// loss; not changed, valid during the call only.
    /// </param>
    void Add(Tensor input, Tensor gradient);
}
