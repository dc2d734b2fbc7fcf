using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>
/// Σ d² / images of each output feature over all tokens, d = the loss gradient there: float32 products, float64 sums.
/// </summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class GradientEnergies(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.OutFeatures, float64));
    private long _images;

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var d = gradient.flatten(0, 1);
        _sum.Accumulate(d.mul(d).sum([0]));
        _images += gradient.shape[0];
    }

    /// <summary>[out] float64.</summary>
    public Tensor Mean() => _sum.Times(1.0 / _images);
}
