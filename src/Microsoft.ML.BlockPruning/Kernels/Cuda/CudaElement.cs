namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>The type of activations and weights on the device; sums are float32 in each.</summary>
internal enum CudaElement
{
    /// <summary>IEEE half: 11 bits of precision, up to 65504. On tensor cores.</summary>
    Float16,

    /// <summary>bfloat16: 8 bits of precision, float32's range. On tensor cores.</summary>
    BFloat16,

    /// <summary>float32 by plain multiply-adds: for exactness.</summary>
    Float32,
}
