using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Mean over images of G², G = Σ_t d xᵀ one image's loss gradient by the weight: the Fisher matrix's diagonal.</summary>
/// <remarks>
/// Each image's gradient is made, squared, added and dropped: in · out multiply-adds per token, 8 in · out bytes for the float64 sum and
/// 4 in · out for the one image. Its tensors belong to the dispose scope that is open when it is created.
/// </remarks>
internal sealed class SquaredWeightGradients(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.OutFeatures, layer.Weights.InFeatures, float64));
    private long _images;

    public void Add(Tensor input, Tensor gradient)
    {
        for (long image = 0; image < input.shape[0]; image++)
        {
            using var scope = NewDisposeScope();
            var g = gradient.select(0, image).t().mm(input.select(0, image));
            _sum.Accumulate(g.mul(g));
        }

        _images += input.shape[0];
    }

    /// <summary>[out, in] float64.</summary>
    public Tensor Mean() => _sum.Times(1.0 / _images);
}
