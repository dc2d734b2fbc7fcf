using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Means over images of s[n, k] and s[n, k]² of every block: memory 16 · blocks bytes, float64 sums.</summary>
internal sealed class GateMoments : GateObserver
{
    private readonly Tensor _sums;
    private readonly Tensor _squares;
    private long _images;

    public GateMoments(PrunableLayer layer)
        : base(layer)
    {
        _sums = TorchDevice.Put(zeros(layer.Blocks.BlockRows, layer.Blocks.BlockColumns, float64));
        _squares = TorchDevice.Put(zeros(layer.Blocks.BlockRows, layer.Blocks.BlockColumns, float64));
    }

    /// <summary>[blockRows, blockColumns] float64: E s.</summary>
    public Tensor Mean() => _sums.Times(1.0 / _images);

    /// <summary>[blockRows, blockColumns] float64: E s².</summary>
    public Tensor MeanSquare() => _squares.Times(1.0 / _images);

    protected override void AddGates(Tensor gates)
    {
        using var scope = NewDisposeScope();
        var precise = gates.to(float64);
        _sums.Accumulate(precise.sum([0]).view(_sums.shape));
        _squares.Accumulate(precise.mul(precise).sum([0]).view(_sums.shape));
        _images += gates.shape[0];
    }
}
