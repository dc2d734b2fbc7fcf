namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>What forward and backward compute in; weights, moments and averages are float32 either way.</summary>
public enum FineTunePrecision
{
    /// <summary>float32 throughout.</summary>
    Full,

    /// <summary>
    /// bfloat16 products, float32 master weights (Micikevicius et al., ICLR 2018, §3.1): several times as fast on CPUs that have them.
    /// </summary>
    BFloat16,
}
