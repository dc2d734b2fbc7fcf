using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Fits each layer on its own, to the dense layer's outputs on the dense network's inputs: the refit to compare with.</summary>
/// <remarks>
/// Per row strip with kept columns K: W[K] = W A[:, K] (A[K, K] + λ I)⁻¹ with the pull to the dense weights of
/// <see cref="StripSolver"/>. It knows neither what pruning did upstream nor the residual stream; <see cref="WeightRefit"/> does. One pass
/// over the images; |K|³/3 multiply-adds per strip.
/// </remarks>
internal sealed class PlainRefit(RefitTask task) : IWeightRefit
{
    private readonly Dictionary<string, RefitOutcome> _outcomes = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public RefitTrace Trace => new(_outcomes, []);

    /// <inheritdoc/>
    /// <remarks>The batches of the pass for the dense inputs, and the row strips of the layers that lose blocks.</remarks>
    public WorkSchedule Work
    {
        get
        {
            var work = new WorkSchedule();
            double image = LayerWork.Backward * task.Dense.Spec.Steps.Sum(LayerWork.Forward)
                + task.Dense.Spec.PrunableLinears.Sum(LayerWork.Moments);
            for (int batch = 0; batch < task.Calibration.BatchCount; batch++)
            {
                work.Add(1, task.Calibration.ImagesIn(batch) * image);
            }

            foreach (var mask in task.Layers.Select(task.MaskOf).Where(mask => mask.KeptBlocks < mask.TotalBlocks))
            {
                foreach (double strip in LayerWork.Solves(mask))
                {
                    work.Add(1, strip);
                }
            }

            return work;
        }
    }

    public NetworkWeights Run(Action onStep)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var statistics = new CalibrationPass(
            task.Dense, task.Calibration, task.Seed, new EqualImagesLoss(task.Calibration.Labels)).Run(task.Layers, onStep);
        return Run(statistics, onStep);
    }

    /// <summary>Fits with statistics that are there already.</summary>
    /// <param name="statistics">Of the task's layers.</param>
    /// <param name="onStrip">Called after each row strip of a layer that loses blocks; it may throw to cancel.</param>
    /// <returns>A network of its own, zero in removed blocks.</returns>
    public NetworkWeights Run(IReadOnlyList<LayerStatistics> statistics, Action onStrip)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var fitted = task.Dense.Clone();
        var targets = fitted.PrunableLayers.ToList();
        for (int l = 0; l < task.Layers.Count; l++)
        {
            var layer = task.Layers[l];
            var mask = task.MaskOf(layer);
            if (mask.KeptBlocks < mask.TotalBlocks)
            {
                var moments = MomentsOf(layer, statistics[l]);
                var solved = new StripSolver(layer, mask).Solve(moments, onStrip);
                _outcomes[layer.Name] = RefitOutcome.Of(layer, moments, solved);
                solved.Weight.CopyTo(targets[l].Weight, 0);
                solved.Bias.CopyTo(targets[l].Bias, 0);
            }
        }

        return fitted;
    }

    // Targets are the dense outputs, y = [W, b] x̃, so Σ y x̃ᵀ = [W, b] A.
    private static RefitMoments MomentsOf(PrunableLayer layer, LayerStatistics statistics)
    {
        var moments = new RefitMoments(layer, statistics.TokenWeights);
        var withBias = RefitMoments.MapOf(layer.Weights);
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            var group = layer.Groups[g];
            moments.Add(g, statistics.Inputs[g], withBias.narrow(0, group.FirstRow, group.Rows));
        }

        return moments;
    }
}
