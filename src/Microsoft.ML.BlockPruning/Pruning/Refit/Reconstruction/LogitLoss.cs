using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>
/// KL(dense ‖ pruned) of the class probabilities, nats per image: for the last layer, whose outputs only the head reads.
/// </summary>
internal sealed class LogitLoss : IReconstructionLoss
{
    private readonly TorchNetwork _dense;
    private readonly Tensor _logits;

    /// <summary>Its tensors belong to the open dispose scope.</summary>
    /// <param name="dense">Its norm and head, which pruning leaves alone, read the streams.</param>
    /// <param name="targets">Its residual streams after the last layer.</param>
    public LogitLoss(TorchNetwork dense, CalibrationStreams targets)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        _dense = dense;
        _logits = cat([.. Enumerable.Range(0, targets.BatchCount).Select(Logits)]).MoveToOuterDisposeScope();

        Tensor Logits(int batch)
        {
            using var batchScope = NewDisposeScope();
            return dense.Classify(targets.BatchOf(batch)).MoveToOuterDisposeScope();
        }
    }

    public Tensor Of(Tensor output, long[] images)
    {
        using var scope = NewDisposeScope();
        var expected = _logits.index_select(0, TorchDevice.Put(tensor(images)));
        return DistillationLoss.Divergence(_dense.Classify(output), expected, temperature: 1).MoveToOuterDisposeScope();
    }
}
