using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>
/// The likelihood's gradient, of every image divided by |p − onehot y|, its length at the logits: all images speak equally loud.
/// </summary>
/// <param name="labels">[all images] classes, or null to sample them.</param>
/// <remarks>
/// A confident network's gradients are heavy-tailed over images: the few whose drawn label surprises would carry second moments alone
/// (an effective number of 20 to 46 of 512 images on the bundled network). The loss is ⟨ĝ, logits⟩ with ĝ = (p − onehot) / |p − onehot|
/// held fixed, in float64 with p[y] − 1 taken as −Σ of the other probabilities, so that it is exact where p[y] rounds to one. An image all
/// of whose other probabilities vanish in float64 as well has no direction and gives no gradient.
/// </remarks>
internal sealed class EqualImagesLoss(int[]? labels) : ICalibrationLoss
{
    private readonly LabelDraw _labels = new(labels);

    /// <inheritdoc/>
    /// <remarks>An image's energies keep their proportions, and token weights are scaled image by image.</remarks>
    public bool GivesTokenWeights => true;

    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        long[] classes = TorchDevice.Read<long>(_labels.Of(logits, firstImage, generator));
        float[] values = TorchDevice.Read<float>(logits);
        float[] directions = new float[values.Length];
        int width = values.Length / classes.Length;
        for (int image = 0; image < classes.Length; image++)
        {
            SetDirection(values.AsSpan(image * width, width), (int)classes[image], directions.AsSpan(image * width, width));
        }

        return logits.mul(TorchDevice.Put(tensor(directions)).reshape(logits.shape)).sum().MoveToOuterDisposeScope();
    }

    // Shares of what the other classes have, −1 for the drawn one, to length one: the smallest probabilities have no squares.
    private static void SetDirection(ReadOnlySpan<float> logits, int label, Span<float> direction)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double[] others = new double[logits.Length];
        double sum = 0, squares = 1;
        for (int c = 0; c < others.Length; c++)
        {
            others[c] = c == label ? 0 : Math.Exp(logits[c] - largest);
            sum += others[c];
        }

        if (sum == 0)
        {
            direction.Clear();
            return;
        }

        others[label] = -sum;
        foreach (double other in others)
        {
            squares += other < 0 ? 0 : other / sum * (other / sum);
        }

        for (int c = 0; c < others.Length; c++)
        {
            direction[c] = (float)(others[c] / sum / Math.Sqrt(squares));
        }
    }
}
