using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Scores held-out images with the dense and the pruned network and compares the answers.</summary>
internal static class HeldOutComparison
{
    /// <summary>Compares.</summary>
    /// <param name="dense">Scores the dense network.</param>
    /// <param name="pruned">Scores the pruned network.</param>
    /// <param name="images">The images.</param>
    /// <param name="origin">Where they come from, in words.</param>
    /// <param name="onBatch">Called before each batch; it may throw to cancel.</param>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public static HeldOutReport Of(SparseViTSession dense, SparseViTSession pruned, CalibrationSet images, string origin, Action onBatch) =>
        Of(LogitsOf(dense, images, onBatch), LogitsOf(pruned, images, onBatch), images, origin, dense.Spec.NumClasses);

    /// <summary>Compares what the networks have answered.</summary>
    /// <param name="expected">[images, classes] logits of the dense network.</param>
    /// <param name="found">[images, classes] logits of the pruned network.</param>
    /// <param name="images">The images.</param>
    /// <param name="origin">Where they come from, in words.</param>
    /// <param name="classes">Logits of an image.</param>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public static HeldOutReport Of(float[] expected, float[] found, CalibrationSet images, string origin, int classes)
    {
        var fidelity = Fidelity.Of(expected, found, classes);
        return new HeldOutReport
        {
            Images = images.Count,
            Origin = origin,
            Top1Agreement = fidelity.Top1Agreement,
            KlDivergence = double.IsFinite(fidelity.Kl)
                ? fidelity.Kl
                : throw new ArithmeticException("A held-out image has a logit that is not finite, so the networks cannot be compared."),
            DenseTop1 = images.Labels is { } labels ? Fidelity.Top1(expected, labels) : null,
            PrunedTop1 = images.Labels is { } same ? Fidelity.Top1(found, same) : null,
        };
    }

    /// <summary>Scores images.</summary>
    /// <returns>[images, classes], all finite.</returns>
    /// <exception cref="ArithmeticException">A logit is not finite; names the image.</exception>
    /// <exception cref="InvalidOperationException">The logits are more than one array holds.</exception>
    public static float[] LogitsOf(SparseViTSession session, CalibrationSet images, Action onBatch) => SetLogits.Of(
        session, images, "held-out", onBatch,
        (first, logits) => CheckFinite(logits, session.Spec.NumClasses, image => $"Held-out image {first + image} (from 0)"));

    /// <summary>Scores the first calibration images with both networks, so that one without an answer is not handed out.</summary>
    /// <exception cref="ArithmeticException">A logit is not finite; names the image.</exception>
    public static void CheckFinite(SparseViTSession dense, SparseViTSession pruned, CalibrationSet images)
    {
        int count = Math.Min(SetLogits.BatchSize, images.Count), classes = dense.Spec.NumClasses;
        float[] logits = new float[count * classes];
        foreach (var (session, name) in new[] { (dense, "dense"), (pruned, "pruned") })
        {
            session.Score(images.ImagesAt(0, count), count, logits);
            CheckFinite(logits, classes, image => $"Calibration image {image} (from 0), {name} network");
        }
    }

    private static void CheckFinite(ReadOnlySpan<float> logits, int classes, Func<int, string> nameOf)
    {
        for (int image = 0; image < logits.Length / classes; image++)
        {
            var one = logits.Slice(image * classes, classes);
            if (FiniteLogits.FirstBad(one) >= 0)
            {
                throw FiniteLogits.Error(nameOf(image), one);
            }
        }
    }
}
