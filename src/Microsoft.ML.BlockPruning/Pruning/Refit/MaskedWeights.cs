using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>No refit: the dense weights, zero in removed blocks. A step is a layer.</summary>
internal sealed class MaskedWeights(RefitTask task) : IWeightRefit
{
    public WorkSchedule Work => WorkSchedule.Even(task.Layers.Count);

    public RefitTrace Trace => RefitTrace.Nothing;

    public NetworkWeights Run(Action onStep)
    {
        var masked = task.Dense.Clone();
        foreach (var (layer, weights) in task.Layers.Zip(masked.PrunableLayers))
        {
            BlockSparseMatrix.FromDense(weights.Weight, task.MaskOf(layer)).ToDense().CopyTo(weights.Weight, 0);
            onStep();
        }

        return masked;
    }
}
