namespace Microsoft.ML.BlockPruning;

/// <summary>What tells how much a block of weights matters.</summary>
/// <remarks>
/// Each rates every block by what the loss is expected to rise by when it goes. For a block B of weight W, G is the gradient of an image's
/// loss by W, A and S are second moments of the layer's inputs and of the gradients at its outputs.
/// </remarks>
public enum PruneCriterion
{
    /// <summary>
    /// Optimal brain surgeon along a path: blocks leave a row strip one after the other, the kept ones making up for each (Hassibi and
    /// Stork, 1993; OBC, NeurIPS 2022). Knows what the refit can repair.
    /// </summary>
    ObsPath,

    /// <summary>Half the sum of squared weights; no image is looked at.</summary>
    Magnitude,

    /// <summary>Squared weights times the mean square of their inputs (Wanda, ICLR 2024).</summary>
    ActivationMagnitude,

    /// <summary>
    /// Sum of |weight · mean gradient| (Molchanov et al., ICLR 2017): of the likelihood where <see cref="CalibrationLabels.Column"/> gives
    /// labels, else of the squared logits, LPViT's loss.
    /// </summary>
    Taylor,

    /// <summary>Half the sum of squared weights times the mean of their squared gradients.</summary>
    DiagonalFisher,

    /// <summary>½ E ⟨G, W⟩² over the block, its whole Fisher matrix (Kwon et al., NeurIPS 2022).</summary>
    BlockFisher,

    /// <summary>The error of the layer's outputs once the block's rows have made up for it; by A and the energy of the gradients.</summary>
    Reconstruction,

    /// <summary>Optimal brain surgeon with the Kronecker-factored Fisher matrix, A and S in full (K-FAC, ICML 2015).</summary>
    KfacObs,

    /// <summary>The Hessian's diagonal by random probes (Hutchinson, 1990): two passes over the images for each of 32.</summary>
    Hutchinson,

    /// <summary>½ / [F⁻¹] over one gate for each block of the whole network (M-FAC, NeurIPS 2021).</summary>
    Mfac,

    /// <summary>LPViT (ECCV 2024) as the paper means it: the distortion of the logits along each layer.</summary>
    LpvitPaper,
}
