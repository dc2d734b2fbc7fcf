using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>KL(dense ‖ network), up to the constant entropy of the dense network: −Σ_c p_dense[c] log p[c].</summary>
/// <remarks>
/// Zero gradient at the dense network, where its Hessian is the true Fisher matrix exactly, without sampled labels (Martens, JMLR 2020).
/// </remarks>
internal sealed class DivergenceLoss : ICalibrationLoss
{
    private readonly Tensor _dense;

    /// <summary>Runs the dense network forward once; the result belongs to the open dispose scope.</summary>
    /// <param name="dense">The network to measure from; not changed.</param>
    /// <param name="calibration">The images that passes will run over.</param>
    public DivergenceLoss(NetworkWeights dense, CalibrationSet calibration)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var module = new TorchNetwork(dense);
        var batches = Enumerable.Range(0, calibration.BatchCount).Select(batch =>
        {
            using var batchScope = NewDisposeScope();
            return module.Forward(calibration.ImagesOf(batch)).softmax(1).MoveToOuterDisposeScope();
        });
        _dense = cat([.. batches]).MoveToOuterDisposeScope();
    }

    public Tensor Of(Tensor logits, int firstImage, Generator generator)
    {
        using var scope = NewDisposeScope();
        return logits.log_softmax(1).mul(_dense.narrow(0, firstImage, logits.shape[0])).sum().neg().MoveToOuterDisposeScope();
    }
}
