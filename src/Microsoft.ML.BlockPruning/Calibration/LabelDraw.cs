using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The class of each image: given, or drawn from the network's own softmax.</summary>
/// <param name="labels">[all images] classes, or null to draw them.</param>
internal sealed class LabelDraw(int[]? labels)
{
    /// <summary>The classes of one batch.</summary>
    /// <param name="logits">[images, classes].</param>
    /// <param name="firstImage">Position of the batch's first image in the calibration set.</param>
    /// <param name="generator">The pass's random numbers.</param>
    /// <returns>[images, 1] int64; belongs to the open dispose scope.</returns>
    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        var classes = labels is null
            ? TorchDevice.Put(TorchDevice.ToHost(logits.detach().log_softmax(1).exp()).multinomial(1, replacement: true, generator))
            : TorchDevice.Put(tensor(labels.AsSpan(firstImage, (int)logits.shape[0]).ToArray(), int64)).unsqueeze(1);
        return classes.MoveToOuterDisposeScope();
    }
}
