using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>
/// Trains all weights of one step of a pruned layer (its attention, its MLP) together so that the stream after it is the dense one:
/// block reconstruction (BRECQ, Li et al., ICLR 2021, §3.2), after least squares have fitted its matrices one by one.
/// </summary>
/// <remarks>
/// Least squares see one matrix at a time; together norm and matrices can make up for what each alone cannot.
/// No label is read and nothing outside the step moves. Adam, the rate a cosine from 0.025 times the root mean square of the step's dense
/// weights, so that it suits any width. Every twentieth image is held out, of the
/// least squares too: if the loss on those has not fallen, the step is left as it was.
/// Cost: four passes forward and backward through the step over the images, of 51 million features of the stream at most, so that it stops
/// growing with them.
/// </remarks>
internal sealed class LayerReconstruction : ILayerReconstruction
{
    /// <summary>With fewer images none is held out, and nothing could judge a training.</summary>
    public const int LeastImages = HeldOutEvery;

    private const int Passes = 4;

    // More tokens in a step make its gradient no better, and more in all the weights hardly.
    private const int TokensOfBatch = 1600;
    private const int LeastBatch = 4;
    private const int LargestBatch = 32;

    // Tokens times features of the stream: 400,000 tokens at width 128, 133,000 at DeiT-S's, 67,000 at DeiT-B's. The work of a token grows
    // with the square of the width, and a budget of minutes does not.
    private const double MostFeatures = 51.2e6;
    private const int HeldOutEvery = 20;
    private const double RelativeRate = 0.025;
    private readonly RefitTask _task;
    private readonly long[] _heldOut;
    private readonly long[] _training;

    public LayerReconstruction(RefitTask task)
    {
        _task = task;
        _heldOut = [.. Images(isHeldOut: true)];
        _training = [.. Images(isHeldOut: false)];
    }

    /// <inheritdoc/>
    public bool IsPossible => _heldOut.Length > 0;

    /// <summary>What it has to do for a whole network and so many images, each step of a layer on its own.</summary>
    public static double WorkOf(NetworkSpec spec, int images) => spec.Layers
        .SelectMany(layer => layer.Steps.Select(step => layer with { Steps = [step] }))
        .Sum(part => WorkOfImage(part) * BatchesOf(part, images - (images / HeldOutEvery)).Sum());

    /// <inheritdoc/>
    public WorkSchedule WorkOf(LayerSpec part)
    {
        var work = new WorkSchedule();
        foreach (int images in BatchesOf(part, _training.Length))
        {
            work.Add(1, images * WorkOfImage(part));
        }

        return work;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Those of the task, zero for images that are held out: what least squares have seen would speak for least squares. Where no gradient
    /// arrives in any other image, all of theirs weigh alike.
    /// </remarks>
    public IReadOnlyList<IReadOnlyList<float[]>> FittingWeights() =>
        [.. _task.TokenWeights.Select(groups => groups.Select(WithoutHeldOut).ToList())];

    /// <inheritdoc/>
    /// <remarks>It helped if the loss on the held-out images fell.</remarks>
    public bool Run(
        int index, TorchNetwork dense, TorchLayer part, CalibrationStreams inputs, CalibrationStreams targets, Action onStep)
    {
        using var scope = NewDisposeScope();
        var loss = LossOf(index, dense, part.Spec, targets);
        Tensor[] before = [.. part.Parameters.Select(parameter => parameter.detach().clone())];
        double lossBefore = Judge(part, inputs, loss);
        Train(index, part, inputs, loss, onStep);
        if (Judge(part, inputs, loss) < lossBefore)
        {
            return true;
        }

        using var off = no_grad();
        foreach (var (parameter, value) in part.Parameters.Zip(before))
        {
            parameter.copy_(value);
        }

        return false;
    }

    private float[] WithoutHeldOut(float[] weights)
    {
        int tokens = weights.Length / _task.Calibration.Count;
        bool IsHeldOut(int token) => token / tokens % HeldOutEvery == HeldOutEvery - 1;
        bool isSeen = weights.Where((weight, token) => weight > 0 && !IsHeldOut(token)).Any();
        return [.. weights.Select((weight, token) => IsHeldOut(token) ? 0 : isSeen ? weight : 1)];
    }

    private IReconstructionLoss LossOf(int index, TorchNetwork dense, LayerSpec part, CalibrationStreams targets) =>
        index == dense.Steps.Count() - 1
            ? new LogitLoss(dense, targets)
            : new StreamLoss(targets, TorchDevice.Put(tensor(OutputWeights(part))));

    // Token weights where the step writes into the stream: those of the tokens after it.
    private float[] OutputWeights(LayerSpec part)
    {
        string last = part.Linears.Last().Name;
        return _task.TokenWeights[_task.Layers.Select(linear => linear.Name).ToList().IndexOf(last)][0];
    }

    private void Train(int index, TorchLayer part, CalibrationStreams inputs, IReconstructionLoss loss, Action onStep)
    {
        using var on = enable_grad();
        using var removed = new RemovedBlocks(_task.MasksOf(part.Spec));
        using var layer = new MixedPrecisionLayer(part, BFloat16Products.FastestPrecision);
        using var optimizer = new MaskedAdamW(
            part.NamedParameters, removed, weightDecay: 0, largestNorm: double.PositiveInfinity);
        int[] batches = [.. BatchesOf(part.Spec, _training.Length)];
        var schedule = new CosineSchedule(RelativeRate * DenseRootMeanSquare(part.Spec), warmupFraction: 0, batches.Length);
        long[] order = [.. _training];
        int pass = 0, next = order.Length;
        foreach (int images in batches)
        {
            if (next == order.Length)
            {
                new Random(RandomSeed.Of(_task.Seed, (Passes * index) + pass++)).Shuffle(order);
                next = 0;
            }

            Step(layer, inputs, loss, order[next..(next + images)], optimizer, schedule);
            next += images;
            onStep();
        }
    }

    private static void Step(
        MixedPrecisionLayer layer, CalibrationStreams inputs, IReconstructionLoss loss, long[] images, MaskedAdamW optimizer,
        CosineSchedule schedule)
    {
        using var scope = NewDisposeScope();
        loss.Of(layer.Forward(inputs.Select(images)), images).backward();
        layer.MoveGradients();
        optimizer.Step(schedule.RateOf(optimizer.Steps));
        layer.Refresh();
    }

    // Sum over the batches of the held-out images.
    private double Judge(TorchLayer part, CalibrationStreams inputs, IReconstructionLoss loss)
    {
        using var off = no_grad();
        double sum = 0;
        foreach (long[] images in _heldOut.Chunk(BatchOf(part.Spec)))
        {
            using var scope = NewDisposeScope();
            sum += TorchDevice.ReadOne<float>(loss.Of(part.Forward(inputs.Select(images)), images)) * images.Length;
        }

        return sum;
    }

    // Of the dense weights: least squares leave few and large ones, whose size says nothing of how far they may move.
    private double DenseRootMeanSquare(LayerSpec layer)
    {
        var linears = layer.Linears.Select(linear => _task.Dense[linear]).ToList();
        return Math.Sqrt(linears.Sum(linear => linear.Weight.Sum(w => (double)w * w)) / linears.Sum(linear => linear.Weight.Length));
    }

    // Images of each of the optimizer's steps: passes over all of them, until the tokens are spent.
    private static IEnumerable<int> BatchesOf(LayerSpec part, int training)
    {
        int batch = BatchOf(part), tokens = TokensOf(part);
        double left = MostFeatures / part.Linears.Last().OutFeatures;
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int first = 0; first < training && left > 0; first += batch)
            {
                int images = Math.Min(batch, training - first);
                left -= (double)images * tokens;
                yield return images;
            }
        }
    }

    private static double WorkOfImage(LayerSpec part) => LayerWork.Training * part.Steps.Sum(LayerWork.Forward);

    private static int BatchOf(LayerSpec part) => Math.Clamp(TokensOfBatch / TokensOf(part), LeastBatch, LargestBatch);

    private static int TokensOf(LayerSpec part) => part.Linears.Max(linear => linear.Tokens);

    private IEnumerable<long> Images(bool isHeldOut)
    {
        for (int image = 0; image < _task.Calibration.Count; image++)
        {
            if ((image % HeldOutEvery == HeldOutEvery - 1) == isHeldOut)
            {
                yield return image;
            }
        }
    }
}
