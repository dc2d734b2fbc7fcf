using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>How well a pruned network does: right answers, and how far its probabilities are from the dense network's.</summary>
/// <param name="Top1">Percent of images whose largest logit is the right class.</param>
/// <param name="Kl">KL(dense ‖ pruned) of the softmax outputs, nats per image.</param>
internal readonly record struct Fidelity(double Top1, double Kl)
{
    /// <summary>Compares the logits [images, classes] of two networks.</summary>
    public static Fidelity Of(float[] dense, float[] pruned, byte[] labels)
    {
        int classes = dense.Length / labels.Length;
        int right = 0;
        double divergence = 0;
        double[] expected = new double[classes];
        double[] found = new double[classes];
        for (int image = 0; image < labels.Length; image++)
        {
            var logits = pruned.AsSpan(image * classes, classes);
            right += TensorPrimitives.IndexOfMax<float>(logits) == labels[image] ? 1 : 0;
            LogSoftmax(dense.AsSpan(image * classes, classes), expected);
            LogSoftmax(logits, found);
            for (int c = 0; c < classes; c++)
            {
                divergence += Math.Exp(expected[c]) * (expected[c] - found[c]);
            }
        }

        return new Fidelity(100.0 * right / labels.Length, divergence / labels.Length);
    }

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
