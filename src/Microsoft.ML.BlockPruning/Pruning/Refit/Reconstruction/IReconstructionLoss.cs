using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>How far a step's outputs are from what they should be.</summary>
internal interface IReconstructionLoss
{
    /// <summary>The mean over some images.</summary>
    /// <param name="output">[images, tokens, features]: the residual stream after the step.</param>
    /// <param name="images">Which of the calibration images they are.</param>
    /// <returns>A scalar with gradients, owned by the caller's dispose scope.</returns>
    Tensor Of(Tensor output, long[] images);
}
