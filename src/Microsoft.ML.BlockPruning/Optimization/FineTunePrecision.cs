namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>How forward and backward compute; weights, moments and averages are float32 either way.</summary>
/// <remarks>A way to compute, not a number format: mixed training keeps float32 beside its bfloat16.</remarks>
public enum FineTunePrecision
{
    /// <summary>float32 throughout.</summary>
    Full,

    /// <summary>
    /// bfloat16 products, float32 master weights (Micikevicius et al., ICLR 2018, §3.1): several times as fast on CPUs that have them.
    /// </summary>
    Mixed,
}
