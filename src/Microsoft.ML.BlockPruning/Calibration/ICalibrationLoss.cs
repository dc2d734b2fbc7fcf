using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>What a <see cref="CalibrationPass"/> differentiates.</summary>
internal interface ICalibrationLoss
{
    /// <summary>
    /// Whether each image's gradient is the likelihood's up to a factor: the token weights of a refit can then be gathered on the way.
    /// </summary>
    bool GivesTokenWeights => false;

    /// <summary>The loss of one batch: a sum over its images of a term that depends on that image's logits only.</summary>
    /// <param name="logits">[images, classes] float32, part of the graph.</param>
    /// <param name="firstImage">Position of the batch's first image in the calibration set.</param>
    /// <param name="generator">The pass's random numbers, for losses that draw some.</param>
    /// <returns>[] float32; belongs to the caller's dispose scope.</returns>
    Tensor Of(Tensor logits, int firstImage, Generator generator);
}
