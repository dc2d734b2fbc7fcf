namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Which numbers a layer is fed.</summary>
internal enum LinearValues
{
    Normal,

    /// <summary>The largest, the smallest normal and subnormal numbers of the type, and products that overflow.</summary>
    Extremes,
    Infinities,
    NaN,
}
