using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Keeps s[n, k] of every image and block: memory 4 · images · blocks bytes (DeiT-B, 32x32, 1,024 images: 340 MB).</summary>
internal sealed class ImageGateGradients : GateObserver
{
    private readonly Tensor _gates;
    private long _images;

    public ImageGateGradients(PrunableLayer layer, int images)
        : base(layer) => _gates = TorchDevice.Put(zeros(images, layer.Blocks.TotalBlocks));

    /// <summary>[images, blocks] float32, blocks row-major; belongs to the dispose scope that was open at creation.</summary>
    public Tensor Values => _gates;

    protected override void AddGates(Tensor gates)
    {
        using var scope = NewDisposeScope();
        _gates.narrow(0, _images, gates.shape[0]).copy_(gates);
        _images += gates.shape[0];
    }
}
