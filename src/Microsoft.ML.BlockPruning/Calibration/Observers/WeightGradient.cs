using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Mean over images of the loss gradient by the weight, G = Σ d xᵀ / images: float32 products, float64 sums.</summary>
/// <remarks>
/// Cost per token in · out multiply-adds; memory 8 in · out bytes. Its tensors belong to the dispose scope that is open when it is
/// created.
/// </remarks>
internal sealed class WeightGradient(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.OutFeatures, layer.Weights.InFeatures, float64));
    private long _images;

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        _sum.Accumulate(gradient.flatten(0, 1).t().mm(input.flatten(0, 1)));
        _images += gradient.shape[0];
    }

    /// <summary>[out, in] float64.</summary>
    public Tensor Mean() => _sum.Times(1.0 / _images);
}
