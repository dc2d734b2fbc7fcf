namespace Microsoft.ML.BlockPruning;

/// <summary>How the kept weights make up for the removed ones. No optimizer step is taken: fits are by least squares.</summary>
public enum PruneRefit
{
    /// <summary>
    /// Layer after layer on the inputs that the pruned network gives it, towards the dense network's residual stream, so that each layer
    /// takes up the error made before it.
    /// </summary>
    Feedback,

    /// <summary>Each layer on its own, on the dense network's inputs and towards its outputs.</summary>
    LayerByLayer,

    /// <summary>None: kept weights stay as they are.</summary>
    None,
}
