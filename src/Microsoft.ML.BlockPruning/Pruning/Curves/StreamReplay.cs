using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Curves;

/// <summary>A network and its residual streams part of the way through, from where it can be run to the end again and again.</summary>
/// <remarks>
/// Use it without gradients. The streams, [images, tokens, embedDim] float32 in batches, belong to the dispose scope that is open at
/// creation.
/// </remarks>
internal sealed class StreamReplay : IDisposable
{
    private readonly TorchNetwork _module;
    private readonly ResidualBranch[] _branches;
    private readonly Tensor[] _streams;
    private int _position;

    /// <summary>Stands before the first branch.</summary>
    /// <param name="network">Copied, not changed.</param>
    /// <param name="calibration">The images.</param>
    public StreamReplay(NetworkWeights network, CalibrationSet calibration)
    {
        _module = new TorchNetwork(network);
        _branches = [.. _module.Layers.SelectMany(layer => layer.Branches)];
        _streams = _module.Embed(calibration);
    }

    public int Branches => _branches.Length;

    /// <summary>The branch that the streams stand before; its weights may be changed and put back.</summary>
    public ResidualBranch Branch => _branches[_position];

    /// <summary>[images, tokens, embedDim]: the residual stream of a batch before <see cref="Branch"/>.</summary>
    public Tensor StreamOf(int batch) => _streams[batch];

    /// <summary>Runs a batch from here to the end.</summary>
    /// <returns>[images, classes] float64 log softmax; belongs to the caller's dispose scope.</returns>
    public Tensor LogProbabilities(int batch)
    {
        using var scope = NewDisposeScope();
        var stream = _streams[batch].clone();
        foreach (var branch in _branches.AsSpan(_position))
        {
            branch.Advance(stream);
        }

        return _module.Classify(stream).to(float64).log_softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>Moves the streams past <see cref="Branch"/>.</summary>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    public void Advance(Action onBatch)
    {
        foreach (var stream in _streams)
        {
            Branch.Advance(stream);
            onBatch();
        }

        _position++;
    }

    public void Dispose() => _module.Dispose();
}
