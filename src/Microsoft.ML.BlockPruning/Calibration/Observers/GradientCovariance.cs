using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>S = Σ d dᵀ / images over all tokens, d = the loss gradient at the layer's outputs: float32 products, float64 sums.</summary>
/// <remarks>
/// Cost per token out² multiply-adds; memory 8 out² bytes. Its tensors belong to the dispose scope that is open when it is created.
/// </remarks>
internal sealed class GradientCovariance(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.OutFeatures, layer.Weights.OutFeatures, float64));
    private long _images;

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var d = gradient.flatten(0, 1);
        _sum.Accumulate(d.t().mm(d));
        _images += gradient.shape[0];
    }

    /// <summary>[out, out] float64, symmetric.</summary>
    public Tensor Mean() => _sum.Plus(_sum.t()).Times(0.5 / _images);
}
