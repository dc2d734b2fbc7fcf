using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Makes the weights of a pruned network from the dense one's.</summary>
internal interface IWeightRefit
{
    /// <summary>Steps that <see cref="Run"/> reports.</summary>
    int Steps { get; }

    /// <summary>How it came out, after <see cref="Run"/>.</summary>
    RefitTrace Trace { get; }

    /// <summary>Fits.</summary>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>A network of its own, zero in removed blocks.</returns>
    NetworkWeights Run(Action onStep);
}
