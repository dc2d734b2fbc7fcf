using Microsoft.ML.BlockPruning.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Training.FineTuning;

/// <summary>float32 master weights and a network that computes in another type (Micikevicius et al., ICLR 2018, §3.1).</summary>
/// <remarks>bfloat16 has float32's exponent range, so no loss scaling is needed.</remarks>
internal sealed class MixedPrecisionNetwork(ViTWeights weights, FineTunePrecision precision) : IDisposable
{
    private readonly ComputingNetwork _compute = new(weights, precision);

    /// <summary>The float32 weights that the optimizer steps.</summary>
    public TorchViT Master { get; } = new(weights);

    /// <inheritdoc cref="ComputingNetwork.Forward"/>
    public NetworkOutput Forward(Tensor images) => _compute.Forward(images);

    /// <summary>Hands the gradients of the backward passes since the last call to the master weights.</summary>
    public void MoveGradients()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        foreach (var (master, compute) in Master.parameters().Zip(_compute.Parameters))
        {
            // A loss of features alone leaves norm and head without gradients.
            var gradient = compute.grad;
            master.grad = gradient is null ? zeros_like(master) : gradient.to(ScalarType.Float32, copy: true);
            compute.grad = null;
        }
    }

    /// <summary>Rounds the master weights into the computing network, after they have changed.</summary>
    public void Refresh()
    {
        using var off = no_grad();
        foreach (var (master, compute) in Master.parameters().Zip(_compute.Parameters))
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
