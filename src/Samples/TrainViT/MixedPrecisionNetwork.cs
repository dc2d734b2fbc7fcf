using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrainViT;

/// <summary>float32 master weights and a network that computes in bfloat16 (Micikevicius et al., ICLR 2018, §3.1).</summary>
/// <remarks>
/// bfloat16 has float32's exponent range, so no loss scaling is needed; its products are several times as fast on recent CPUs.
/// </remarks>
internal sealed class MixedPrecisionNetwork : IDisposable
{
    private readonly TorchNetwork _compute;
    private readonly (Parameter Master, Parameter Compute)[] _parameters;
    private readonly ScalarType _type;

    public MixedPrecisionNetwork(NetworkSpec spec, int seed, Precision precision)
    {
        Master = new TorchNetwork(spec, seed);
        _type = precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        _compute = new TorchNetwork(Master.ToWeights());
        _compute.To(_type);
        _parameters = [.. Master.Module.parameters().Zip(_compute.Module.parameters())];
    }

    /// <summary>The float32 weights that the optimiser steps.</summary>
    public TorchNetwork Master { get; }

    /// <summary>Logits in float32 of normalised images [batch, 1, size, size].</summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return _compute.Forward(images.to(_type)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Hands the gradients of the last backward pass to the master weights, clipped to a global norm of one.</summary>
    public void MoveGradients()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        foreach (var (master, compute) in _parameters)
        {
            master.grad = compute.grad!.to(ScalarType.Float32); // the parameter holds it when the scope lets go
        }

        nn.utils.clip_grad_norm_(Master.Module.parameters(), 1.0);
        _compute.Module.zero_grad();
    }

    /// <summary>Rounds the master weights into the computing network, after the optimiser's step.</summary>
    public void Refresh()
    {
        using var off = no_grad();
        foreach (var (master, compute) in _parameters)
        {
            compute.copy_(master);
        }
    }

    public void Dispose()
    {
        _compute.Dispose();
        Master.Dispose();
    }
}
