using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Makes the weights of a pruned network from the dense one's.</summary>
internal interface IWeightRefit
{
    /// <summary>The steps that <see cref="Run"/> reports.</summary>
    WorkSchedule Work { get; }

    /// <summary>Those of them, at the beginning, that an earlier run has done and that are not reported.</summary>
    int StepsDone => 0;

    /// <summary>How it came out, after <see cref="Run"/>.</summary>
    RefitTrace Trace { get; }

    /// <summary>Fits.</summary>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>A network of its own, zero in removed blocks.</returns>
    NetworkWeights Run(Action onStep);
}
