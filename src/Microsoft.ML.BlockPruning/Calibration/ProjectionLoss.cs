using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>vᵀz with v ~ N(0, I) drawn for each image.</summary>
/// <remarks>
/// E[(∇vᵀz · Δ)²] = ‖J Δ‖², J = ∂z/∂w: the Fisher matrix of this loss predicts the squared distortion of the logits.
/// </remarks>
internal sealed class ProjectionLoss : ICalibrationLoss
{
    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        return logits.mul(TorchDevice.Put(randn(logits.shape, generator: generator))).sum().MoveToOuterDisposeScope();
    }
}
