namespace Microsoft.ML.BlockPruning;

/// <summary>How the kept weights make up for the removed ones, by the calibration images alone; none reads a label.</summary>
public enum PruneRefit
{
    /// <summary>
    /// <see cref="Feedback"/>, and attention and MLP of each encoder layer then trained as wholes by a few hundred steps of gradient,
    /// towards the dense network's residual stream (BRECQ, ICLR 2021). What that does not help on held-out images stays as least squares
    /// left it.
    /// </summary>
    Reconstruction,

    /// <summary>
    /// Layer after layer on the inputs that the pruned network gives it, towards the dense network's residual stream, so that each layer
    /// takes up the error made before it. By least squares, no step of an optimizer.
    /// </summary>
    Feedback,

    /// <summary>Each layer on its own, on the dense network's inputs and towards its outputs.</summary>
    LayerByLayer,

    /// <summary>None: kept weights stay as they are.</summary>
    None,
}
