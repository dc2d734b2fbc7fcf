namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>Rates all blocks of a network; importances share one scale across layers, because the budget is spent across layers.</summary>
internal interface IBlockCriterion
{
    /// <summary>How often <see cref="Rate"/> goes through the calibration images; progress counts on it.</summary>
    int Passes { get; }

    /// <summary>Rates every block of every prunable layer.</summary>
    /// <param name="context">
    /// The network, the images, and the pass over them, which has to be asked for at least once and before the first row strip is reported.
    /// </param>
    /// <returns>One entry per layer, in order: sums over a block's weights, not means, finite.</returns>
    /// <exception cref="ArithmeticException">An activation, logit or gradient is not finite.</exception>
    IReadOnlyList<LayerImportances> Rate(CriterionContext context);
}
