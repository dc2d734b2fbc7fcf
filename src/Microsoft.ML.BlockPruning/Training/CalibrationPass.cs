using Microsoft.ML.BlockPruning.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>One pass of forward and backward over the calibration images that gathers <see cref="LayerStatistics"/>.</summary>
/// <remarks>
/// The loss is the sum over images of −log p[y]; y is sampled from the network's own softmax, which makes E[d dᵀ] the true Fisher's
/// factor and
/// needs no annotation (Martens, JMLR 2020), or given. Only activations get gradients: a hook adds a leaf of zeros to each prunable layer's
/// output, whose gradient is the gradient there. No weight gradient exists at any time, per image or summed.
/// </remarks>
internal sealed class CalibrationPass(ViTWeights dense, CalibrationSet calibration, long seed)
{
    /// <summary>Runs the pass on a copy of the network.</summary>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    /// <returns>One entry per layer; the tensors belong to the caller's dispose scope.</returns>
    /// <exception cref="ArithmeticException">An activation, logit or gradient is not finite; the message names the layer.</exception>
    public IReadOnlyList<LayerStatistics> Run(IReadOnlyList<PrunableLayer> layers, Action onBatch)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var on = enable_grad();
        using var generator = new Generator((ulong)seed, CPU);
        using var network = new TorchViT(dense);
        foreach (var parameter in network.parameters())
        {
            parameter.requires_grad = false;
        }

        var accumulators = layers.Select(layer => new LayerAccumulator(layer, calibration.TotalTokens)).ToArray();
        var linears = network.Layers.SelectMany(layer => layer.Branches)
            .SelectMany(branch => new[] { branch.First, branch.Second }).ToArray();
        for (int batch = 0; batch < calibration.BatchCount; batch++)
        {
            RunBatch(network, linears, layers, accumulators, batch, generator);
            onBatch();
        }

        var statistics = accumulators.Select(accumulator => accumulator.Finish(calibration.Count)).ToArray();
        foreach (var layer in statistics)
        {
            scope.MoveToOuter([.. layer.InputCovariance, layer.GradientCovariance]);
        }

        return statistics;
    }

    private void RunBatch(
        TorchViT network, Linear[] linears, IReadOnlyList<PrunableLayer> layers, LayerAccumulator[] accumulators, int batch,
        Generator generator)
    {
        using var scope = NewDisposeScope();
        var inputs = new Tensor[linears.Length];
        var taps = new Tensor[linears.Length];
        var hooks = linears.Select((linear, index) => linear.register_forward_hook((_, input, output) =>
        {
            inputs[index] = input.detach().MoveToOtherDisposeScope(scope);
            taps[index] = zeros_like(output, requires_grad: true).MoveToOtherDisposeScope(scope);
            return output.Plus(taps[index]);
        })).ToArray();
        Tensor logits;
        try
        {
            logits = network.forward(calibration.ImagesOf(batch));
        }
        finally
        {
            Array.ForEach(hooks, hook => hook.remove());
        }

        CheckFinite(logits, inputs, layers);
        var logProbabilities = logits.log_softmax(1);
        var loss = logProbabilities.gather(1, LabelsOf(batch, logProbabilities, generator)).sum().neg();
        var gradients = autograd.grad([loss], taps);
        for (int i = 0; i < accumulators.Length; i++)
        {
            accumulators[i].Add(inputs[i], gradients[i]);
        }
    }

    // [images, 1] int64
    private Tensor LabelsOf(int batch, Tensor logProbabilities, Generator generator)
    {
        if (calibration.Labels is not { } labels)
        {
            return logProbabilities.detach().exp().multinomial(1, replacement: true, generator);
        }

        var given = labels.AsSpan(calibration.FirstImage(batch), calibration.ImagesIn(batch)).ToArray();
        return tensor(given, int64).unsqueeze(1);
    }

    private static void CheckFinite(Tensor logits, Tensor[] inputs, IReadOnlyList<PrunableLayer> layers)
    {
        if (IsFinite(logits))
        {
            return;
        }

        int first = Array.FindIndex(inputs, input => !IsFinite(input));
        throw new ArithmeticException(first < 0
            ? "The network's logits are not finite, though every layer's inputs are; check 'norm' and 'head'."
            : $"The inputs of '{layers[first].Name}' are not finite: the network overflows or its weights are damaged before that layer.");
    }

    private static bool IsFinite(Tensor x) => x.isfinite().all().item<bool>();
}
