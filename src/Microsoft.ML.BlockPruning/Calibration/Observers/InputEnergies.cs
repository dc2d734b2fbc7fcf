using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Mean square of each input feature over all tokens, the diagonal of E[x xᵀ]: float32 products, float64 sums.</summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class InputEnergies(PrunableLayer layer) : ILayerObserver
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(layer.Weights.InFeatures, float64));
    private long _tokens;

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var x = input.flatten(0, 1);
        _sum.Accumulate(x.mul(x).sum([0]));
        _tokens += x.shape[0];
    }

    /// <summary>[in] float64.</summary>
    public Tensor Mean() => _sum.Times(1.0 / _tokens);
}
