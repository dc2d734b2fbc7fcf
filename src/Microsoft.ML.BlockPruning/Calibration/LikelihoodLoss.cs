using Microsoft.ML.BlockPruning.Torch;
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
    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = logits.log_softmax(1);
        var classes = labels is null
            ? TorchDevice.Put(TorchDevice.ToHost(logProbabilities.detach().exp()).multinomial(1, replacement: true, generator))
            : TorchDevice.Put(tensor(labels.AsSpan(firstImage, (int)logits.shape[0]).ToArray(), int64)).unsqueeze(1);
        return logProbabilities.gather(1, classes).sum().neg().MoveToOuterDisposeScope();
    }
}
