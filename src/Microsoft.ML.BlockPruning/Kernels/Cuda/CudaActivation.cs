namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What a linear layer does with its sums; the numbers are the kernels'.</summary>
internal enum CudaActivation
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The exact GELU, x Φ(x).</summary>
    Gelu = 1,
}
