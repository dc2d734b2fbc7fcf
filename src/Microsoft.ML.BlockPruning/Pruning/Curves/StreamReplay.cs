using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Curves;

/// <summary>A network and its residual streams part of the way through, from where it can be run to the end again and again.</summary>
/// <remarks>Use it without gradients.</remarks>
internal sealed class StreamReplay : IDisposable
{
    private readonly TorchNetwork _module;
    private readonly TorchStep[] _steps;
    private readonly CalibrationStreams _streams;
    private int _position;

    /// <summary>Stands before the first step.</summary>
    /// <param name="network">Copied, not changed.</param>
    /// <param name="calibration">The images.</param>
    public StreamReplay(NetworkWeights network, CalibrationSet calibration)
    {
        _module = new TorchNetwork(network);
        _steps = [.. _module.Steps];
        _streams = CalibrationStreams.Before(_module, calibration);
    }

    /// <summary>Steps of the network.</summary>
    public int Steps => _steps.Length;

    /// <summary>The step that the streams stand before; its weights may be changed and put back.</summary>
    public TorchStep Step => _steps[_position];

    /// <summary>[images, tokens, features]: the residual stream of a batch before <see cref="Step"/>.</summary>
    public Tensor StreamOf(int batch) => _streams.BatchOf(batch);

    /// <summary>Runs a batch from here to the end.</summary>
    /// <returns>[images, classes] float64 log softmax; belongs to the caller's dispose scope.</returns>
    public Tensor LogProbabilities(int batch)
    {
        using var scope = NewDisposeScope();
        var stream = _streams.BatchOf(batch).clone();
        foreach (var step in _steps.AsSpan(_position))
        {
            stream = step.Advance(stream);
        }

        return _module.Classify(stream).to(float64).log_softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>Moves the streams past <see cref="Step"/>.</summary>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    public void Advance(Action onBatch)
    {
        _streams.Advance(Step, onBatch);
        _position++;
    }

    public void Dispose()
    {
        _streams.Dispose();
        _module.Dispose();
    }
}
