using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>x += second(middle(first(norm x))) on the device.</summary>
/// <param name="Norm">The norm.</param>
/// <param name="First">The first layer.</param>
/// <param name="Attention">What stands between the layers; null where it is GELU.</param>
/// <param name="Second">The second layer.</param>
internal sealed record DeviceBranch(DeviceNorm Norm, DeviceLinear First, AttentionSpec? Attention, DeviceLinear Second)
{
    /// <summary>Whether the second layer reads padding that the first does not write: the two are cut into blocks of other sizes.</summary>
    public bool HasHiddenGap => Attention is null && Second.PaddedInFeatures > First.PaddedOutFeatures;

    /// <summary>What the first layer does with its result on the way out.</summary>
    public CudaActivation Activation => Attention is null ? CudaActivation.Gelu : CudaActivation.None;
}
