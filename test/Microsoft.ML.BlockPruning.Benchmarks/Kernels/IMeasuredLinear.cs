namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>One way to compute y = x Wᵀ + b, ready to be timed.</summary>
internal interface IMeasuredLinear : IDisposable
{
    /// <summary>Computes once; input and weights are in place.</summary>
    void Run();

    /// <summary>[rows, outFeatures] of the last run, row-major.</summary>
    float[] Result();
}
