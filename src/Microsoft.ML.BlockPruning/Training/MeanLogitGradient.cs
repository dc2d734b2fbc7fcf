using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>The gradient that LPViT's public code ranks by: of the mean over batch and classes of the squared logits.</summary>
/// <remarks>
/// g = (1 / batches) Σ_batches ∂ mean(f(x)²) / ∂W, one mean gradient per layer and no label (LPViT's code, <c>res = mean(net(x)**2)</c>).
/// Cost: one forward and one full backward pass over the images; the gradients take as much memory as the weights.
/// </remarks>
internal static class MeanLogitGradient
{
    /// <summary>Computes it for every prunable layer.</summary>
    /// <param name="dense">The network; not changed.</param>
    /// <param name="calibration">The images.</param>
    /// <returns>[out · in] row-major per prunable layer, in forward order.</returns>
    /// <exception cref="ArithmeticException">A gradient is not finite; names the layer.</exception>
    public static IReadOnlyList<float[]> Of(ViTWeights dense, CalibrationSet calibration)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var on = enable_grad();
        using var network = new TorchViT(dense);
        var linears = network.Layers.SelectMany(layer => layer.Branches).SelectMany(branch => new[] { branch.First, branch.Second });
        Tensor[] weights = [.. linears.Select(linear => linear.weight!)];
        var sums = weights.Select(weight => zeros_like(weight, requires_grad: false)).ToArray();
        for (int batch = 0; batch < calibration.BatchCount; batch++)
        {
            using var batchScope = NewDisposeScope();
            var logits = network.forward(calibration.ImagesOf(batch));
            var gradients = autograd.grad([logits.mul(logits).mean()], weights);
            for (int l = 0; l < sums.Length; l++)
            {
                sums[l].Accumulate(gradients[l].Times(1.0 / calibration.BatchCount));
            }
        }

        var names = dense.Layers.SelectMany(layer => layer.Linears).Select(linear => linear.Name).ToList();
        return [.. sums.Select((sum, l) => Values(sum, names[l]))];
    }

    private static float[] Values(Tensor gradient, string layer)
    {
        float[] values = MemoryMarshal.Cast<byte, float>(gradient.contiguous().bytes).ToArray();
        return Array.TrueForAll(values, float.IsFinite)
            ? values
            : throw new ArithmeticException($"The gradient of the squared logits by '{layer}.weight' is not finite.");
    }
}
