using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.BlockPruning;

/// <summary>What AutoML may choose of <see cref="BlockPruneEstimator.Options"/>, with ML.NET's own attributes of a search space.</summary>
/// <remarks>
/// For programs that reference Microsoft.ML.AutoML, which this library does not: AutoML reads the attributes, makes these options and
/// hands them to a factory. It fits the estimator anew for every trial; <see cref="SparsitySweep"/>, which calibrates once, is faster where
/// nothing but pruning is searched.
/// </remarks>
/// <example>
/// <code>
/// SweepableEstimator prune = ml.Auto().CreateSweepableEstimator(
///     (MLContext context, BlockPruneSweepOptions chosen) => context.Transforms.PruneBlocks(chosen.ToOptions(modelPath)),
///     new SearchSpace&lt;BlockPruneSweepOptions&gt;());
/// </code>
/// </example>
public sealed class BlockPruneSweepOptions
{
    /// <summary>Gets or sets the fraction of the dense network's multiply-adds that remains.</summary>
    /// <value>0.5; AutoML chooses from 0.1 to 0.9.</value>
    [Range(0.1, 0.9, 0.5, false)]
    public double Keep { get; set; } = 0.5;

    /// <summary>Gets or sets height and width of the weight tile.</summary>
    /// <value>16; AutoML chooses from 8, 16 and 32.</value>
    [Choice(8, 16, 32)]
    public int BlockSize { get; set; } = 16;

    /// <summary>The options of an estimator with the default method.</summary>
    /// <param name="modelPath">The dense network's file.</param>
    /// <returns>Options of their own.</returns>
    public BlockPruneEstimator.Options ToOptions(string modelPath) => ToOptions(new BlockPruneEstimator.Options { ModelPath = modelPath });

    /// <summary>The options of an estimator that differs from another one in what was chosen.</summary>
    /// <param name="options">Everything else; not changed.</param>
    /// <returns>Options of their own.</returns>
    public BlockPruneEstimator.Options ToOptions(BlockPruneEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var chosen = options.Copy();
        chosen.Budget = PruneBudget.Flops(Keep);
        chosen.Block = new BlockShape(BlockSize, BlockSize);
        return chosen;
    }
}
