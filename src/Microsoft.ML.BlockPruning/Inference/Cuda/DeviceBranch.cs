using System.Diagnostics;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>x += second(middle(first(norm x))) on the device.</summary>
/// <param name="Norm">The norm.</param>
/// <param name="First">The first layer.</param>
/// <param name="Middle">What stands between the layers.</param>
/// <param name="Second">The second layer.</param>
internal sealed record DeviceBranch(DeviceNorm Norm, DeviceLinear First, MiddleSpec Middle, DeviceLinear Second)
{
    /// <summary>Null where the middle is of single features.</summary>
    public AttentionSpec? Attention => Middle as AttentionSpec;

    /// <summary>Whether the second layer reads padding that the first does not write: the two are cut into blocks of other sizes.</summary>
    public bool HasHiddenGap => Attention is null && Second.PaddedInFeatures > First.PaddedOutFeatures;

    /// <summary>What the first layer does with its result on the way out.</summary>
    public CudaActivation Activation => Middle switch
    {
        GeluSpec { Form: GeluForm.Exact } => CudaActivation.Gelu,
        GeluSpec { Form: GeluForm.Tanh } => CudaActivation.TanhGelu,
        GeluSpec { Form: GeluForm.Quick } => CudaActivation.QuickGelu,
        AttentionSpec => CudaActivation.None,
        _ => throw new UnreachableException(), // CudaRequirements has refused them
    };
}
