namespace Microsoft.ML.BlockPruning;

/// <summary>How the budget is spread over the layers.</summary>
public enum PruneAllocation
{
    /// <summary>All blocks compete by importance per cost; blocks that compute nothing any more are freed and paid back.</summary>
    Global,

    /// <summary>Every layer loses the same share of its blocks; the criterion decides within the layer. For no latency budget.</summary>
    Uniform,

    /// <summary>
    /// As <see cref="Global"/>, with each layer's importances put right by measurement: the divergence of the network with only this layer
    /// pruned and refitted, at four sparsities, on at least 128 of the calibration images where there are as many. Takes up to four forward
    /// passes of those images for each layer.
    /// </summary>
    MeasuredCurves,

    /// <summary>
    /// By what the removal of all blocks does together, within and across layers, and not one by one; it brings its own criterion. For one
    /// budget, and none of latency.
    /// </summary>
    InteractionAware,
}
