using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>
/// One pass of forward and backward over the calibration images; observers see every prunable layer's inputs and gradients.
/// </summary>
/// <remarks>
/// The loss is a sum over images. Only activations get gradients: a hook adds a leaf of zeros to the first prunable layer's output, from
/// which autograd goes on to all later ones. No weight gradient exists at any time, per image or summed, unless an observer makes it.
/// </remarks>
/// <param name="network">Copied, not changed.</param>
/// <param name="calibration">The images.</param>
/// <param name="seed">Seeds what the loss draws.</param>
/// <param name="loss">null: <see cref="LikelihoodLoss"/> of the calibration's labels, sampled where it has none.</param>
internal sealed class CalibrationPass(NetworkWeights network, CalibrationSet calibration, long seed, ICalibrationLoss? loss = null)
{
    private readonly ICalibrationLoss _loss = loss ?? new LikelihoodLoss(calibration.Labels);

    /// <summary>Gathers <see cref="LayerStatistics"/>.</summary>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    /// <returns>One entry per layer; the tensors belong to the caller's dispose scope.</returns>
    /// <exception cref="ArithmeticException">An activation, logit or gradient is not finite; the message names the layer.</exception>
    public IReadOnlyList<LayerStatistics> Run(IReadOnlyList<PrunableLayer> layers, Action onBatch)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var accumulators = layers.Select(layer => new LayerAccumulator(layer, calibration.Count)).ToArray();
        Run([.. accumulators.Select(accumulator => new ILayerObserver[] { accumulator })], onBatch);
        var statistics = accumulators.Select(accumulator => accumulator.Finish()).ToArray();
        foreach (var layer in statistics)
        {
            scope.MoveToOuter([.. layer.Inputs, layer.Gradients]);
        }

        return statistics;
    }

    /// <summary>Gathers what <see cref="LayerStatistics"/> are made of, of a shard of the images, to be merged with others'.</summary>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    /// <returns>One entry per layer.</returns>
    /// <exception cref="ArithmeticException">An activation, logit or gradient is not finite; the message names the layer.</exception>
    public IReadOnlyList<LayerSums> RunShard(IReadOnlyList<PrunableLayer> layers, Action onBatch)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var accumulators = layers.Select(layer => new LayerAccumulator(layer, calibration.Count)).ToArray();
        Run([.. accumulators.Select(accumulator => new ILayerObserver[] { accumulator })], onBatch);
        return [.. accumulators.Select(accumulator => accumulator.ToSums())];
    }

    /// <summary>Runs the pass for any observers.</summary>
    /// <param name="observers">Per prunable layer, in forward order, those that look at it.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    /// <exception cref="ArithmeticException">An activation or logit is not finite; the message names the layer.</exception>
    public void Run(IReadOnlyList<IReadOnlyList<ILayerObserver>> observers, Action onBatch)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var on = enable_grad();
        using var generator = new Generator((ulong)seed, CPU);
        using var module = new TorchNetwork(network);
        foreach (var parameter in module.Module.parameters())
        {
            parameter.requires_grad = false;
        }

        var linears = module.Steps.SelectMany(step => step.Linears).ToArray();
        for (int batch = 0; batch < calibration.BatchCount; batch++)
        {
            RunBatch(module, linears, observers, batch, generator);
            FreedMemory.GiveBack();
            onBatch();
        }
    }

    private void RunBatch(
        TorchNetwork module, Linear[] linears, IReadOnlyList<IReadOnlyList<ILayerObserver>> observers, int batch, Generator generator)
    {
        using var scope = NewDisposeScope();
        var inputs = new Tensor[linears.Length];
        var taps = new Tensor[linears.Length];
        var hooks = linears.Select((linear, index) => linear.register_forward_hook((_, input, output) =>
        {
            inputs[index] = input.detach().MoveToOtherDisposeScope(scope);
            if (index == 0)
            {
                taps[index] = zeros_like(output, requires_grad: true).MoveToOtherDisposeScope(scope);
                return output.Plus(taps[index]);
            }

            // The module moves what it is given between scopes, so it gets a view.
            taps[index] = output.MoveToOtherDisposeScope(scope);
            return output.alias();
        })).ToArray();
        Tensor logits;
        try
        {
            using var forward = PruneActivity.Start(PrunePart.Forward);
            logits = module.Forward(calibration.ImagesOf(batch));
        }
        finally
        {
            Array.ForEach(hooks, hook => hook.remove());
        }

        CheckFinite(logits, inputs);
        var gradients = Backward(logits, taps, batch, generator);
        using var moments = PruneActivity.Start(PrunePart.Moments);
        for (int i = 0; i < observers.Count; i++)
        {
            foreach (var observer in observers[i])
            {
                observer.Add(inputs[i], gradients[i]);
            }
        }
    }

    private Tensor[] Backward(Tensor logits, Tensor[] taps, int batch, Generator generator)
    {
        using var part = PruneActivity.Start(PrunePart.Backward);
        return [.. autograd.grad([_loss.Of(logits, calibration.FirstImage(batch), generator)], taps)];
    }

    private void CheckFinite(Tensor logits, Tensor[] inputs)
    {
        if (IsFinite(logits))
        {
            return;
        }

        int first = Array.FindIndex(inputs, input => !IsFinite(input));
        throw new ArithmeticException(first < 0
            ? "The network's logits are not finite, though every layer's inputs are; check 'norm' and 'head'."
            : $"The inputs of '{network.PrunableLayers.ElementAt(first).Name}' are not finite: "
            + "the network overflows or its weights are damaged before that layer.");
    }

    private static bool IsFinite(Tensor x) => TorchDevice.Current.AreFinite(x);
}
