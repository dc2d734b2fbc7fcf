using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The mean over classes of z², as LPViT's public code has it (ECCV 2024, arXiv 2407.02068).</summary>
/// <remarks>
/// That code takes the mean over images too; here images are summed, as every loss does, and whoever wants the mean gradient divides by
/// the number of images. Its gradient is no estimate of the output's distortion; see <see cref="ProjectionLoss"/>.
/// </remarks>
internal sealed class SquaredLogitLoss : ICalibrationLoss
{
    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        return logits.mul(logits).mean([1]).sum().MoveToOuterDisposeScope();
    }
}
