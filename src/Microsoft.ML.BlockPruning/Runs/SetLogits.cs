using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference.Cpu;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a network answers to a set of images.</summary>
internal static class SetLogits
{
    /// <summary>Images that are scored at once.</summary>
    public const int BatchSize = 32;

    /// <summary>Scores all images.</summary>
    /// <param name="session">Scores.</param>
    /// <param name="images">The images.</param>
    /// <param name="kind">What messages call them, such as <c>held-out</c>.</param>
    /// <param name="onBatch">Called before each batch; it may throw to cancel.</param>
    /// <param name="onScored">Called after each batch with its first image and the logits, [images of the batch, classes].</param>
    /// <returns>[images, classes].</returns>
    /// <exception cref="InvalidOperationException">The logits are more than one array holds.</exception>
    public static float[] Of(
        SparseViTSession session, CalibrationSet images, string kind, Action onBatch, Action<int, ReadOnlySpan<float>>? onScored = null)
    {
        int classes = session.Spec.NumClasses;
        long all = (long)images.Count * classes;
        float[] logits = new float[all <= Array.MaxLength ? (int)all : throw new InvalidOperationException(
            $"{images.Count} {kind} images of {classes} classes have {all} logits, more than one array holds ({Array.MaxLength}): "
            + "take fewer.")];
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            onBatch();
            int count = Math.Min(BatchSize, images.Count - first);
            var scored = logits.AsSpan(first * classes, count * classes);
            session.Score(images.ImagesAt(first, count), count, scored);
            onScored?.Invoke(first, scored);
        }

        return logits;
    }
}
