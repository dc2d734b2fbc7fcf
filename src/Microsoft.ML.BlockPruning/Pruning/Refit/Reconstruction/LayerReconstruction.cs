using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>
/// Trains all weights of one pruned layer together so that its outputs are the dense layer's: block reconstruction (BRECQ, Li et
/// al., ICLR 2021, §3.2), after least squares have fitted its matrices one by one.
/// </summary>
/// <remarks>
/// Least squares see one matrix at a time; together norms, attention and both matrices of the MLP can make up for what each alone cannot.
/// No label is read and nothing outside the layer moves. Adam, the rate a cosine from 0.025 times the root mean square of the layer's dense
/// weights, so that it suits any width. Every twentieth image is held out, of the
/// least squares too: if the loss on those has not fallen, the layer is left as it was.
/// Cost: four passes forward and backward through the layer over the images.
/// </remarks>
internal sealed class LayerReconstruction : ILayerReconstruction
{
    /// <summary>With fewer images none is held out, and nothing could judge a training.</summary>
    public const int LeastImages = HeldOutEvery;

    private const int Passes = 4;
    private const int LargestBatch = 32;
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

    /// <inheritdoc/>
    public WorkSchedule WorkOf(LayerSpec layer)
    {
        int batch = BatchOf(layer);
        double image = LayerWork.Training * layer.Steps.Sum(LayerWork.Forward);
        var work = new WorkSchedule();
        for (int pass = 0; pass < Passes; pass++)
        {
            int rest = _training.Length % batch;
            work.Add(_training.Length / batch, batch * image).Add(rest > 0 ? 1 : 0, rest * image);
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
        int index, TorchNetwork dense, TorchLayer pruned, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets, Action onStep)
    {
        using var scope = NewDisposeScope();
        var stream = cat([.. inputs]);
        var loss = LossOf(index, dense, cat([.. targets]));
        Tensor[] before = [.. pruned.Parameters.Select(parameter => parameter.detach().clone())];
        double lossBefore = Judge(pruned, stream, loss);
        Train(index, pruned, stream, loss, onStep);
        if (Judge(pruned, stream, loss) < lossBefore)
        {
            return true;
        }

        using var off = no_grad();
        foreach (var (parameter, value) in pruned.Parameters.Zip(before))
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

    private IReconstructionLoss LossOf(int index, TorchNetwork dense, Tensor targets) => index == dense.Layers.Count - 1
        ? new LogitLoss(dense, targets, BatchOf(dense.Layers[index].Spec))
        : new StreamLoss(targets, TorchDevice.Put(tensor(OutputWeights(dense.Layers[index].Spec))));

    // Token weights where the layer writes into the stream for the last time: those of the tokens after it.
    private float[] OutputWeights(LayerSpec layer)
    {
        string last = layer.Linears.Last().Name;
        return _task.TokenWeights[_task.Layers.Select(linear => linear.Name).ToList().IndexOf(last)][0];
    }

    private void Train(int index, TorchLayer pruned, Tensor stream, IReconstructionLoss loss, Action onStep)
    {
        using var on = enable_grad();
        using var removed = new RemovedBlocks(_task.MasksOf(pruned.Spec));
        using var layer = new MixedPrecisionLayer(pruned, BFloat16Products.FastestPrecision);
        using var optimizer = new MaskedAdamW(
            pruned.NamedParameters, removed, weightDecay: 0, largestNorm: double.PositiveInfinity);
        var schedule = new CosineSchedule(RelativeRate * DenseRootMeanSquare(pruned.Spec), warmupFraction: 0, WorkOf(pruned.Spec).Steps);
        long[] order = [.. _training];
        for (int pass = 0; pass < Passes; pass++)
        {
            new Random(RandomSeed.Of(_task.Seed, (Passes * index) + pass)).Shuffle(order);
            foreach (long[] batch in order.Chunk(BatchOf(pruned.Spec)))
            {
                Step(layer, stream, loss, batch, optimizer, schedule);
                onStep();
            }
        }
    }

    private static void Step(
        MixedPrecisionLayer layer, Tensor stream, IReconstructionLoss loss, long[] batch, MaskedAdamW optimizer, CosineSchedule schedule)
    {
        using var scope = NewDisposeScope();
        var images = TorchDevice.Put(tensor(batch));
        loss.Of(layer.Forward(stream.index_select(0, images)), images).backward();
        layer.MoveGradients();
        optimizer.Step(schedule.RateOf(optimizer.Steps));
        layer.Refresh();
    }

    // Sum over the batches of the held-out images.
    private double Judge(TorchLayer pruned, Tensor stream, IReconstructionLoss loss)
    {
        using var off = no_grad();
        double sum = 0;
        foreach (long[] batch in _heldOut.Chunk(BatchOf(pruned.Spec)))
        {
            using var scope = NewDisposeScope();
            var images = TorchDevice.Put(tensor(batch));
            sum += TorchDevice.ReadOne<float>(loss.Of(pruned.Forward(stream.index_select(0, images)), images)) * batch.Length;
        }

        return sum;
    }

    // Of the dense weights: least squares leave few and large ones, whose size says nothing of how far they may move.
    private double DenseRootMeanSquare(LayerSpec layer)
    {
        var linears = layer.Linears.Select(linear => _task.Dense[linear]).ToList();
        return Math.Sqrt(linears.Sum(linear => linear.Weight.Sum(w => (double)w * w)) / linears.Sum(linear => linear.Weight.Length));
    }

    private static int BatchOf(LayerSpec layer) => CalibrationSet.FittingBatch(layer.Linears, LargestBatch);

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
