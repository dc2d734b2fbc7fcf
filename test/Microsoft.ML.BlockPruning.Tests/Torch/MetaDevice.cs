using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>libtorch's device without memory, which stands in for a GPU: operations check shapes and devices only.</summary>
/// <remarks>Whoever reads numbers off it gets ones.</remarks>
internal sealed class MetaDevice() : TorchDevice(DeviceType.META, -1)
{
    /// <summary>The layers that libtorch has not here, by operations that it has.</summary>
    public override Tensor Forward(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = layer switch
        {
            Conv2d convolution => Convolve(convolution, input),
            LayerNorm norm => Normalize(norm, input),
            _ => layer.forward(input),
        };
        return output.MoveToOuterDisposeScope();
    }

    public override bool AreFinite(Tensor tensor) => true;

    protected override Tensor Copy(Tensor tensor) => ones(tensor.shape, tensor.dtype);

    // Its stride is its size: a product of patches.
    private static Tensor Convolve(Conv2d layer, Tensor images)
    {
        long side = layer.weight.shape[2];
        long grid = images.shape[2] / side;
        var patches = images.reshape(images.shape[0], images.shape[1], grid, side, grid, side).permute(0, 2, 4, 1, 3, 5).flatten(3);
        return patches.matmul(layer.weight.flatten(1).t()).add(layer.bias!, 1.0.ToScalar()).permute(0, 3, 1, 2);
    }

    private static Tensor Normalize(LayerNorm layer, Tensor x)
    {
        var centred = x.sub(x.mean([-1], keepdim: true));
        return centred.mul(centred.mul(centred).mean([-1], keepdim: true).rsqrt()).mul(layer.weight!).add(layer.bias!, 1.0.ToScalar());
    }
}
