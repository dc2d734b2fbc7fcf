using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>−log p[y], y sampled from the network's own softmax or given.</summary>
/// <param name="labels">[all images] classes, or null to sample them.</param>
/// <remarks>
/// Sampled, E[d dᵀ] is the true Fisher's factor, the mean gradient is zero in expectation, and no annotation is needed; given, it is the
/// empirical Fisher's (Martens, JMLR 2020).
/// </remarks>
internal sealed class LikelihoodLoss(int[]? labels) : ICalibrationLoss
{
    private readonly LabelDraw _labels = new(labels);

    public bool GivesTokenWeights => true;

    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = logits.log_softmax(1);
        var classes = _labels.Of(logits, firstImage, generator);
        return logProbabilities.gather(1, classes).sum().neg().MoveToOuterDisposeScope();
    }
}
