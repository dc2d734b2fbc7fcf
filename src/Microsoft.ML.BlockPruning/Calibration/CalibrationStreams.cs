using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The residual streams of all images at one place of a network, in batches [images, tokens, features] float32.</summary>
/// <remarks>Use it without gradients. It owns its tensors: no dispose scope does, since merges make new ones on the way.</remarks>
internal sealed class CalibrationStreams : IDisposable
{
    private Tensor[] _batches;

    private CalibrationStreams(IEnumerable<Tensor> batches) => _batches = [.. batches.Select(batch => batch.DetachFromDisposeScope())];

    /// <summary>In the order of calibration; each is valid until it is moved.</summary>
    public IReadOnlyList<Tensor> Batches => _batches;

    /// <summary>The streams before the first step.</summary>
    public static CalibrationStreams Before(TorchNetwork network, CalibrationSet calibration) =>
        new(Enumerable.Range(0, calibration.BatchCount).Select(batch =>
        {
            using var images = calibration.ImagesOf(batch);
            return network.Embed(images);
        }));

    /// <summary>Copies that move on their own.</summary>
    public CalibrationStreams Clone() => new(_batches.Select(batch => batch.clone()));

    /// <summary>Moves all batches past a step.</summary>
    /// <param name="step">The step that they stand before.</param>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    public void Advance(TorchStep step, Action onBatch)
    {
        for (int batch = 0; batch < _batches.Length; batch++)
        {
            Pass(step, batch);
            onBatch();
        }
    }

    /// <summary>Moves one batch past a step.</summary>
    /// <returns>The stream after it.</returns>
    public Tensor Advance(TorchStep step, int batch)
    {
        var before = _batches[batch];
        var after = step.Advance(before);
        if (!ReferenceEquals(before, after))
        {
            _batches[batch] = after.DetachFromDisposeScope();
            before.Dispose();
        }

        return after;
    }

    private void Pass(TorchStep step, int batch)
    {
        using var part = PruneActivity.Start(PrunePart.Streams);
        Advance(step, batch);
    }

    /// <summary>Goes on from where others stand, whose tensors it takes.</summary>
    public void ContinueFrom(CalibrationStreams others)
    {
        Dispose();
        (_batches, others._batches) = (others._batches, []);
    }

    public void Dispose() => Array.ForEach(_batches, batch => batch.Dispose());
}
