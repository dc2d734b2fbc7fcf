using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>The steps of a <see cref="WeightRefit"/>, in its order.</summary>
/// <param name="spec">The network.</param>
/// <param name="calibration">The images.</param>
/// <param name="masks">Of its prunable layers, in forward order.</param>
/// <param name="firstPruned">The first of them that loses a block.</param>
/// <param name="reconstruction">Follows the fits of each step of a layer; null: nothing does.</param>
internal sealed class RefitWork(
    NetworkSpec spec, CalibrationSet calibration, IReadOnlyList<BlockMask> masks, int firstPruned, ILayerReconstruction? reconstruction)
{
    /// <summary>Layers of the network that lose nothing, up to the first that does.</summary>
    public int WholeLayers { get; } = WholeLayersOf(spec, firstPruned);

    /// <summary>The steps up to a layer of the network.</summary>
    public WorkSchedule UpTo(int layer)
    {
        var work = new WorkSchedule();
        int linear = 0;
        foreach (var one in spec.Layers.Take(layer))
        {
            foreach (var step in one.Steps)
            {
                foreach (var fitted in step.Linears)
                {
                    AddFit(work, step, fitted, linear++);
                }

                if (linear > firstPruned && reconstruction is not null)
                {
                    work.Add(reconstruction.WorkOf(one with { Steps = [step] }));
                }

                AddBatches(work, LayerWork.Forward(step));
            }
        }

        return work;
    }

    // Both networks go through the step for what the layer gets and should give.
    private void AddFit(WorkSchedule work, StepSpec step, LinearSpec linear, int index)
    {
        if (index < firstPruned)
        {
            return;
        }

        AddBatches(work, (2 * LayerWork.Forward(step)) + LayerWork.Moments(linear));
        foreach (double strip in LayerWork.Solves(masks[index]))
        {
            work.Add(1, strip);
        }
    }

    private void AddBatches(WorkSchedule work, double workOfImage)
    {
        for (int batch = 0; batch < calibration.BatchCount; batch++)
        {
            work.Add(1, calibration.ImagesIn(batch) * workOfImage);
        }
    }

    private static int WholeLayersOf(NetworkSpec spec, int firstPruned)
    {
        int linears = 0;
        return spec.Layers.TakeWhile(layer => (linears += layer.Linears.Count()) <= firstPruned).Count();
    }
}
