namespace Microsoft.ML.BlockPruning;

/// <summary>The type of weights and activations on a GPU; sums are float32 in each, and so are the scores that come back.</summary>
public enum CudaPrecision
{
    /// <summary>IEEE half, 11 bits of precision, up to 65504; on tensor cores. Scores differ from the CPU's by its rounding.</summary>
    Float16,

    /// <summary>bfloat16, 8 bits of precision, the range of float32; on tensor cores. For networks whose activations pass 65504.</summary>
    BFloat16,

    /// <summary>float32 by plain multiply-adds, without tensor cores: for scores as close to the CPU's as its own rounding.</summary>
#pragma warning disable CA1720 // the field's word for it, beside the other two
    Float32,
#pragma warning restore CA1720
}
