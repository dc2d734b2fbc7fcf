using System.Runtime.ExceptionServices;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>The default criterion: slopes of the lower convex hull of each row strip's <see cref="ObsPath"/>.</summary>
/// <remarks>
/// It rates a block by the loss that remains after the kept ones have been refitted, and prices blocks that replace each other jointly,
/// where independent scores under one threshold empty whole layers. The loss is ½ tr(S ΔW A ΔWᵀ), K-FAC's with S per strip (Martens &amp;
/// Grosse, ICML 2015), S = gradient covariance, A = input covariance, both of
/// <see cref="EqualImagesLoss"/>. Strips share the inverse of A and run in parallel, each with a workspace of 8 in² bytes and of
/// 8 in · min(in, 8 block widths) for the removals since; the result does not depend on the number of threads.
/// </remarks>
internal sealed class ObsPathCriterion : LayerCriterion<LayerAccumulator>
{
    // Steps of one hull segment share a slope; this keeps them in path order and is far below any real difference.
    private const double Nudge = 1e-12;

    /// <summary>Rates every block of one layer.</summary>
    /// <param name="layer">The layer; not changed.</param>
    /// <param name="statistics">Its statistics; not changed.</param>
    /// <param name="onStrip">Called once per row strip, from any thread but one at a time; it may throw to cancel.</param>
    public static LayerImportances Rate(PrunableLayer layer, LayerStatistics statistics, Action onStrip)
    {
        var importances = new LayerImportances(layer.Name, layer.Blocks) { EffectiveImages = statistics.EffectiveImages };
        double[] weights = ScaledWeights(layer, statistics.Gradients);
        int height = layer.Blocks.Shape.Height;
        int stripLength = layer.Weights.InFeatures * height;
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            var group = layer.Groups[g];
            var inverse = Inverse(statistics.Inputs[g], layer.Blocks.Shape.Width);
            ForEachStrip(group, () => new ObsPath(inverse, height), (strip, path) =>
            {
                int[] order = new int[inverse.Blocks];
                double[] errors = new double[inverse.Blocks];
                path.Run(weights.AsSpan(strip * stripLength, stripLength), height, layer.Blocks.Shape.Width, order, errors);
                SetStrip(importances, strip, order, errors);
                onStrip();
            });
        }

        return importances;
    }

    protected override ICalibrationLoss LossOf(CalibrationSet calibration) => new EqualImagesLoss(calibration.Labels);

    protected override LayerAccumulator Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer, calibration.Count);

    protected override LayerImportances Rate(PrunableLayer layer, LayerAccumulator observed, Action onStrip) =>
        Rate(layer, observed.Finish(), onStrip);

    // [strips, in, height] float64: S^½ W of each strip, transposed; rows past a ragged bottom edge are zero.
    private static double[] ScaledWeights(PrunableLayer layer, Tensor gradientCovariance)
    {
        using var part = PruneActivity.Start(PrunePart.Inverse);
        using var scope = NewDisposeScope();
        long strips = layer.Blocks.BlockRows;
        long height = layer.Blocks.Shape.Height;
        var weights = TorchDevice.Put(tensor(layer.Weights.Weight, float64)).reshape(layer.Weights.OutFeatures, layer.Weights.InFeatures);
        weights = nn.functional.pad(weights, (0, 0, 0, (strips * height) - layer.Weights.OutFeatures));
        var (values, vectors) = linalg.eigh(gradientCovariance);
        // Rounding makes zero eigenvalues slightly negative.
        var root = vectors * values.relu().sqrt().unsqueeze(1);
        return Values(weights.view(strips, height, -1).transpose(1, 2).matmul(root));
    }

    private static BlockedMatrix Inverse(Tensor inputCovariance, int blockWidth)
    {
        using var part = PruneActivity.Start(PrunePart.Inverse);
        using var scope = NewDisposeScope();
        int size = (int)inputCovariance.shape[0];
        return new BlockedMatrix(Values(DampedInverse.Of(inputCovariance, size - 1)), size, size - 1, blockWidth);
    }

    private static void SetStrip(LayerImportances importances, int strip, int[] order, double[] errors)
    {
        int[] sizes = [.. order.Select(column => importances.Blocks.ElementsOf(strip, column))];
        double[] slopes = LowerHull.Slopes(errors, sizes);
        double nudge = Nudge * slopes[^1];
        for (int step = 0; step < order.Length; step++)
        {
            importances[strip, order[step]] = (slopes[step] + (nudge * step)) * sizes[step];
        }
    }

    private static void ForEachStrip(RowGroup group, Func<ObsPath> createPath, Action<int, ObsPath> run)
    {
        using var part = PruneActivity.Start(PrunePart.Path);

        // Each thread holds a workspace of the inverse's size, so no more threads than cores.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(
                group.FirstStrip,
                group.FirstStrip + group.Strips,
                options,
                createPath,
                (strip, _, path) =>
                {
                    run(strip, path);
                    return path;
                },
                _ => { });
        }
        catch (AggregateException failures)
        {
            // A cancelled pruning ends in the one exception that the progress callback threw.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private static double[] Values(Tensor x) => TorchDevice.Read<double>(x);
}
