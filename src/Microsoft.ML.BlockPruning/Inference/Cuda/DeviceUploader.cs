using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>Packs weights and puts them on the device; the scope frees them.</summary>
internal sealed class DeviceUploader(ICudaDriver driver, NumberFormat element, CudaStream stream, CudaScope scope)
{
    public DeviceLinear Linear(BlockSparseMatrix weight, float[]? bias) =>
        scope.Own(new DeviceLinear(driver, DeviceGrid.Fit(weight), bias, element, stream));

    public DeviceLinear Linear(LinearWeights layer, float[]? bias) =>
        Linear(SparseLinear.FromDense(layer, mask: null).Weight, bias);

    public DeviceNorm Norm(NormSpec norm, SparseWeights weights) => new(
        Upload<float>(weights[norm].Scale), Upload<float>(weights[norm].Offset), norm.Features, norm.Eps);

    public DeviceNorm? OptionalNorm(NormSpec? norm, SparseWeights weights) => norm is null ? null : Norm(norm, weights);

    public DeviceHead Head(HeadSpec head, int number, SparseWeights weights) => new(
        number, head.Pooling, OptionalNorm(head.Norm, weights), Linear(weights.Dense(head.Linear), weights.Dense(head.Linear).Bias));

    public DeviceBranch Branch(BranchSpec branch, SparseWeights weights) => new(
        Norm(branch.Norm, weights),
        Linear(weights[branch.First].Weight, weights[branch.First].Bias),
        branch.Middle,
        Linear(weights[branch.Second].Weight, weights[branch.Second].Bias));

    /// <summary>Rows of the device's type, with zeros up to the stride.</summary>
    public DeviceRows Rows(float[] values, int width, int stride)
    {
        float[] padded = new float[values.Length / width * stride];
        for (int row = 0; row < values.Length / width; row++)
        {
            values.AsSpan(row * width, width).CopyTo(padded.AsSpan(row * stride));
        }

        return new DeviceRows(Upload<byte>(BlockCodecs.Of(element).Encode(padded)), stride);
    }

    private DevicePointer Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged =>
        scope.Own(DeviceBuffer.Upload(driver, values, stream)).Pointer;
}
