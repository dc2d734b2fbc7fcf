using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>A = E[x̃ x̃ᵀ] over all tokens, x̃ = [x, 1]: float32 products, float64 sums.</summary>
/// <remarks>
/// Cost per token about (in + 1)² / 2 multiply-adds; memory 8 (in + 1)² bytes. Its tensors belong to the dispose scope that is open when
/// it is created.
/// </remarks>
internal sealed class InputCovariance(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.InFeatures + 1, layer.Weights.InFeatures + 1, float64));
    private long _tokens;

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var x = input.flatten(0, 1).WithBias();
        SecondMoments.Accumulate(_sum, x, x);
        _tokens += x.shape[0];
    }

    /// <summary>[in + 1, in + 1] float64, symmetric.</summary>
    public Tensor Mean()
    {
        SecondMoments.Mirror(_sum);
        return _sum.Times(1.0 / _tokens);
    }
}
