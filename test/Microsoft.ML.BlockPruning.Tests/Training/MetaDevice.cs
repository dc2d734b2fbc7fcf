using Microsoft.ML.BlockPruning.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Training;

/// <summary>libtorch's device without memory, which stands in for a GPU: operations check shapes and devices, and compute nothing.</summary>
/// <remarks>Whoever reads numbers off it gets ones.</remarks>
internal sealed class MetaDevice() : TorchDevice(DeviceType.META, -1)
{
    /// <summary>As a product of patches: libtorch has no convolution here. Its stride is its size.</summary>
    public override Tensor Convolve(Conv2d layer, Tensor images)
    {
        using var scope = NewDisposeScope();
        long side = layer.weight.shape[2];
        long grid = images.shape[2] / side;
        var patches = images.view(images.shape[0], images.shape[1], grid, side, grid, side).permute(0, 2, 4, 1, 3, 5).flatten(3);
        return patches.matmul(layer.weight.flatten(1).t()).add(layer.bias!, 1.0.ToScalar()).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    protected override Tensor Copy(Tensor tensor) => ones(tensor.shape, tensor.dtype);
}
