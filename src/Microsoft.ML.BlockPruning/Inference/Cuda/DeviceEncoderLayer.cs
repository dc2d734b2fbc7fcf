using Microsoft.ML.BlockPruning.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>One encoder layer on the device.</summary>
internal sealed record DeviceEncoderLayer(
    DeviceNorm Norm1, DeviceLinear Qkv, DeviceLinear Proj, DeviceNorm Norm2, DeviceLinear Fc1, DeviceLinear Fc2)
{
    /// <summary>Whether fc2 reads padding that fc1 does not write: the two are cut into blocks of other sizes.</summary>
    public bool HasHiddenGap => Fc2.PaddedInFeatures > Fc1.PaddedOutFeatures;
}
