using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Curves;
using Microsoft.ML.BlockPruning.Sparsity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.SingleBlocks;

/// <summary>The dense network with one block at a time set to zero, run from the layer's residual stream on.</summary>
internal sealed class SingleBlockRemovals : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly StreamReplay _replay;
    private readonly Tensor[] _dense;
    private int _linear;

    /// <summary>Stands before the first layer.</summary>
    public SingleBlockRemovals(NetworkWeights dense, CalibrationSet images)
    {
        using var off = no_grad();
        _replay = new StreamReplay(dense, images);
        _dense = [.. Enumerable.Range(0, images.BatchCount).Select(_replay.LogProbabilities)];
    }

    /// <summary>KL(dense ‖ without a block of the layer at hand), nats per image.</summary>
    public double Divergence(BlockMask grid, int blockRow, int blockColumn)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var block = _replay.Step.Linears[_linear].weight
            .narrow(0, (long)blockRow * grid.Shape.Height, grid.HeightOf(blockRow))
            .narrow(1, (long)blockColumn * grid.Shape.Width, grid.WidthOf(blockColumn));
        var before = block.clone();
        block.zero_();
        double sum = 0;
        long images = 0;
        for (int batch = 0; batch < _dense.Length; batch++)
        {
            using var batchScope = NewDisposeScope();
            sum += _dense[batch].exp().mul(_dense[batch].sub(_replay.LogProbabilities(batch))).sum().item<double>();
            images += _dense[batch].shape[0];
        }

        block.copy_(before);
        return sum / images;
    }

    /// <summary>Goes on to the next prunable layer.</summary>
    public void NextLayer()
    {
        if (++_linear == _replay.Step.Linears.Count)
        {
            using var off = no_grad();
            _replay.Advance(() => { });
            _linear = 0;
        }
    }

    public void Dispose()
    {
        _replay.Dispose();
        _scope.Dispose();
    }
}
