using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Measurement;

/// <summary>How far a pruned network's answers are from the dense one's.</summary>
/// <param name="Top1Agreement">Fraction of images whose best class is the same.</param>
/// <param name="KlOfImages">[images]: KL(dense ‖ pruned) of the softmax outputs, Σ p (ln p − ln q), nats.</param>
internal sealed record Fidelity(double Top1Agreement, IReadOnlyList<double> KlOfImages)
{
    /// <summary>Mean of <see cref="KlOfImages"/>.</summary>
    public double Kl { get; } = KlOfImages.Sum() / KlOfImages.Count;

    /// <summary>Compares two networks; in float64, images · classes steps.</summary>
    /// <param name="dense">[images, classes] logits.</param>
    /// <param name="pruned">[images, classes] logits.</param>
    /// <param name="classes">Logits of an image.</param>
    public static Fidelity Of(ReadOnlySpan<float> dense, ReadOnlySpan<float> pruned, int classes)
    {
        double[] divergences = new double[ImagesIn(dense, classes)];
        if (pruned.Length != dense.Length)
        {
            throw new ArgumentException($"{dense.Length} logits of the dense network against {pruned.Length} of the pruned one.");
        }

        int agreed = 0;
        double[] expected = new double[classes];
        double[] found = new double[classes];
        for (int image = 0; image < divergences.Length; image++)
        {
            var before = dense.Slice(image * classes, classes);
            var after = pruned.Slice(image * classes, classes);
            LogSoftmax(before, expected);
            LogSoftmax(after, found);
            for (int c = 0; c < classes; c++)
            {
                divergences[image] += Math.Exp(expected[c]) * (expected[c] - found[c]);
            }

            agreed += BestOf(before) == BestOf(after) ? 1 : 0;
        }

        return new Fidelity((double)agreed / divergences.Length, divergences);
    }

    /// <summary>The fraction of images whose best class is the right one.</summary>
    /// <param name="logits">[images, classes].</param>
    /// <param name="labels">[images] classes.</param>
    public static double Top1(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels)
    {
        int classes = logits.Length / labels.Length;
        int right = 0;
        for (int image = 0; image < labels.Length; image++)
        {
            right += BestOf(logits.Slice(image * classes, classes)) == labels[image] ? 1 : 0;
        }

        return (double)right / labels.Length;
    }

    /// <summary>
    /// Standard error of the difference of two networks' top-1 on the same images: √((b + c) / n − ((b − c) / n)²) / √n, where b of n
    /// images are right in one network alone and c in the other alone (the variance of a paired difference, as in McNemar's test).
    /// </summary>
    /// <param name="dense">[images, classes] logits.</param>
    /// <param name="pruned">[images, classes] logits.</param>
    /// <param name="labels">[images] classes.</param>
    public static double Top1StandardError(ReadOnlySpan<float> dense, ReadOnlySpan<float> pruned, ReadOnlySpan<int> labels)
    {
        int classes = dense.Length / labels.Length, won = 0, lost = 0;
        for (int image = 0; image < labels.Length; image++)
        {
            bool before = BestOf(dense.Slice(image * classes, classes)) == labels[image];
            bool after = BestOf(pruned.Slice(image * classes, classes)) == labels[image];
            won += after && !before ? 1 : 0;
            lost += before && !after ? 1 : 0;
        }

        double images = labels.Length, mean = (won - lost) / images;
        return Math.Sqrt((((won + lost) / images) - (mean * mean)) / images);
    }

    private static int ImagesIn(ReadOnlySpan<float> logits, int classes) => logits.Length > 0 && logits.Length % classes == 0
        ? logits.Length / classes
        : throw new ArgumentException($"{logits.Length} logits are not those of one or more images of {classes} classes.");

    private static int BestOf(ReadOnlySpan<float> logits) => TensorPrimitives.IndexOfMax(logits);

    private static void LogSoftmax(ReadOnlySpan<float> logits, Span<double> result)
    {
        double max = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        for (int c = 0; c < logits.Length; c++)
        {
            result[c] = logits[c] - max - Math.Log(sum);
        }
    }
}
