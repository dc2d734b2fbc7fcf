using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The residual streams of all images at one place of a network, [tokens, features] float32 an image.</summary>
/// <remarks>Use it without gradients. It owns its tensors: no dispose scope does, since merges make new ones on the way.</remarks>
internal sealed class CalibrationStreams : IDisposable
{
    private readonly int _batchSize;
    private StreamStore _store;
    private StreamStore? _next; // streams of another shape, while a merge moves batch after batch
    private int _moved;

    private CalibrationStreams(StreamStore store, int batchSize)
    {
        _store = store;
        _batchSize = batchSize;
    }

    /// <summary>[images, tokens, features].</summary>
    public IReadOnlyList<long> Shape => _store.Shape;

    /// <summary>How many batches there are.</summary>
    public int BatchCount => (int)((Shape[0] + _batchSize - 1) / _batchSize);

    /// <summary>The streams before the first step.</summary>
    public static CalibrationStreams Before(TorchNetwork network, CalibrationSet calibration)
    {
        CalibrationStreams? streams = null;
        try
        {
            for (int batch = 0; batch < calibration.BatchCount; batch++)
            {
                using var scope = NewDisposeScope();
                var embedded = network.Embed(calibration.ImagesOf(batch));
                streams ??= new CalibrationStreams(
                    StreamRoom.For(calibration.Count, embedded.shape[1], embedded.shape[2]), calibration.ImagesIn(0));
                streams._store.Write(calibration.FirstImage(batch), embedded);
            }

            return streams!;
        }
        catch
        {
            streams?.Dispose();
            throw;
        }
    }

    /// <summary>Streams that are there already.</summary>
    /// <param name="streams">[images, tokens, features]; copied.</param>
    /// <param name="batchSize">Images of a batch.</param>
    public static CalibrationStreams Of(Tensor streams, int batchSize)
    {
        var store = StreamRoom.For(streams.shape[0], streams.shape[1], streams.shape[2]);
        store.Write(0, streams);
        return new CalibrationStreams(store, batchSize);
    }

    /// <summary>[images, tokens, features] of a batch, not to be changed; belongs to the open dispose scope.</summary>
    public Tensor BatchOf(int batch) => Read(batch < _moved ? _next! : _store, batch);

    /// <summary>[images, tokens, features] of some images, a copy; belongs to the open dispose scope.</summary>
    public Tensor Select(ReadOnlySpan<long> images) => _store.Select(images);

    /// <summary>A copy that moves on its own.</summary>
    public CalibrationStreams Clone()
    {
        var copy = new CalibrationStreams(StreamRoom.For(Shape[0], Shape[1], Shape[2]), _batchSize);
        try
        {
            for (int batch = 0; batch < BatchCount; batch++)
            {
                using var scope = NewDisposeScope();
                copy._store.Write((long)batch * _batchSize, BatchOf(batch));
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Moves all batches past a step.</summary>
    /// <param name="step">The step that they stand before.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    public void Advance(TorchStep step, Action onBatch)
    {
        for (int batch = 0; batch < BatchCount; batch++)
        {
            Pass(step, batch);
            onBatch();
        }
    }

    /// <summary>Moves one batch past a step, after all before it.</summary>
    /// <param name="batch">Its position.</param>
    /// <param name="move">Gives the stream after the step for that before it, which it may change in place.</param>
    /// <returns>The stream after it, not to be changed; belongs to the open dispose scope.</returns>
    public Tensor Advance(int batch, Func<Tensor, Tensor> move)
    {
        var before = Read(_store, batch);
        var after = move(before);
        if (ReferenceEquals(before, after))
        {
            _store.Write((long)batch * _batchSize, after);
            return after;
        }

        _next ??= StreamRoom.For(Shape[0], after.shape[1], after.shape[2]);
        _next.Write((long)batch * _batchSize, after);
        _moved = batch + 1;
        if (_moved == BatchCount)
        {
            _store.Dispose();
            (_store, _next, _moved) = (_next, null, 0);
        }

        return after;
    }

    public void Dispose()
    {
        _store.Dispose();
        _next?.Dispose();
    }

    private Tensor Read(StreamStore store, int batch)
    {
        long first = (long)batch * _batchSize;
        return store.Read(first, Math.Min(_batchSize, Shape[0] - first));
    }

    private void Pass(TorchStep step, int batch)
    {
        using var part = PruneActivity.Start(PrunePart.Streams);
        using var scope = NewDisposeScope();
        Advance(batch, step.Advance);
    }
}
