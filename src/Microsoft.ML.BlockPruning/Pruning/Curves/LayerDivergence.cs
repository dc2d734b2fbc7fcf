using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Curves;

/// <summary>
/// Measures KL(network ‖ network with blocks of one layer removed and that layer refitted), layer by layer, in nats per image.
/// </summary>
/// <remarks>
/// The residual stream before the layer is at hand (<see cref="StreamReplay"/>), so a measurement runs only what comes after it. The
/// refit is fitted on all images; the first batches, of as many images as are asked for, are measured. Cost per layer: its share of one
/// forward pass of all images, a <see cref="StripSolver"/> per mask, and on average half a forward pass of the measured images per mask.
/// </remarks>
/// <param name="network">The network; not changed.</param>
/// <param name="calibration">The images.</param>
/// <param name="layers">Its prunable layers in forward order.</param>
/// <param name="tokenWeights">Of the refit: per layer and row group, [images · tokens].</param>
/// <param name="images">Images to measure on, at least; whole batches are taken, and no more than there are.</param>
internal sealed class LayerDivergence(
    NetworkWeights network, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers,
    IReadOnlyList<IReadOnlyList<float[]>> tokenWeights, int images)
{
    // Of a strip's solve with all columns: the mean of (1 − s)³ over the sparsities that curves are measured at, 1/4 to 1.
    private const double KeptOnAverage = 0.14;

    private readonly int _measuredBatches = MeasuredBatches(calibration, images);

    /// <summary>The steps of <see cref="Measure"/>: batches that go through a part of the network, and row strips fitted.</summary>
    /// <param name="calibration">The images.</param>
    /// <param name="layers">The prunable layers.</param>
    /// <param name="images">Images to measure on.</param>
    /// <param name="masksOf">How many masks there will be of a layer.</param>
    public static WorkSchedule WorkOf(
        CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, int images, Func<PrunableLayer, int> masksOf)
    {
        int measured = MeasuredBatches(calibration, images);
        var steps = calibration.Spec.Steps;
        double rest = steps.Sum(LayerWork.Forward); // of the network, from the step on
        var work = new WorkSchedule();
        AddBatches(measured, rest);
        int index = 0;
        foreach (var step in steps)
        {
            foreach (var linear in step.Linears)
            {
                var layer = layers[index++];
                AddBatches(masksOf(layer) > 0 ? calibration.BatchCount : 0, LayerWork.Forward(step) + LayerWork.Moments(linear));
                for (int mask = 0; mask < masksOf(layer); mask++)
                {
                    work.Add(layer.Blocks.BlockRows, KeptOnAverage * LayerWork.Solves(layer.Blocks).First());
                    AddBatches(measured, rest);
                }
            }

            AddBatches(calibration.BatchCount, LayerWork.Forward(step));
            rest -= LayerWork.Forward(step);
        }

        return work;

        void AddBatches(int batches, double workOfImage)
        {
            for (int batch = 0; batch < batches; batch++)
            {
                work.Add(1, calibration.ImagesIn(batch) * workOfImage);
            }
        }
    }

    /// <summary>Measures.</summary>
    /// <param name="masksOf">What to leave of a layer in turn; none: the layer is passed over.</param>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>Per layer, one number per mask.</returns>
    /// <exception cref="ArithmeticException">A fitted weight is not finite.</exception>
    public IReadOnlyList<double[]> Measure(Func<PrunableLayer, IReadOnlyList<BlockMask>> masksOf, Action onStep)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var replay = new StreamReplay(network, calibration);
        var expected = new Tensor[_measuredBatches];
        for (int batch = 0; batch < expected.Length; batch++, onStep())
        {
            expected[batch] = replay.LogProbabilities(batch);
        }

        var measured = new List<double[]>(layers.Count);
        for (int step = 0; step < replay.Steps; step++)
        {
            var at = replay.Step;
            for (int i = 0; i < at.Linears.Count; i++)
            {
                int linear = i;
                measured.Add(MeasureLayer(
                    measured.Count, at.Linears[i], batch => at.InputOf(linear, replay.StreamOf(batch)), masksOf(layers[measured.Count]),
                    Divergence, onStep));
            }

            replay.Advance(onStep);
        }

        return measured;

        double Divergence()
        {
            double sum = 0;
            for (int batch = 0; batch < expected.Length; batch++, onStep())
            {
                using var batchScope = NewDisposeScope();
                sum += TorchDevice.ReadOne<double>(
                    expected[batch].exp().mul(expected[batch].sub(replay.LogProbabilities(batch))).sum());
            }

            return sum / Enumerable.Range(0, expected.Length).Sum(calibration.ImagesIn);
        }
    }

    // Everything before the layer is whole, so its inputs and its targets are those that it has.
    private double[] MeasureLayer(
        int index, Linear linear, Func<int, Tensor> inputOf, IReadOnlyList<BlockMask> masks, Func<double> divergence, Action onStep)
    {
        var layer = layers[index];
        if (masks.Count == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var moments = new RefitMoments(layer, tokenWeights[index]);
        for (int batch = 0; batch < calibration.BatchCount; batch++, onStep())
        {
            using var batchScope = NewDisposeScope();
            var input = inputOf(batch);
            moments.Add(input, linear.forward(input));
        }

        double[] divergences = new double[masks.Count];
        for (int i = 0; i < divergences.Length; i++)
        {
            Set(linear, new StripSolver(layer, masks[i]).Solve(moments, onStep));
            divergences[i] = divergence();
        }

        Set(linear, layer.Weights);
        return divergences;
    }

    private static int MeasuredBatches(CalibrationSet calibration, int images) =>
        Enumerable.Range(0, calibration.BatchCount).Count(batch => calibration.FirstImage(batch) < images);

    private static void Set(Linear linear, LinearWeights weights)
    {
        using var scope = NewDisposeScope();
        linear.weight.copy_(TorchDevice.Put(tensor(weights.Weight)).reshape(weights.OutFeatures, weights.InFeatures));
        linear.bias!.copy_(TorchDevice.Put(tensor(weights.Bias)));
    }
}
