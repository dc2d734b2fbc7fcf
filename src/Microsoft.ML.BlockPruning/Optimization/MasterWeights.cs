using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>float32 weights that an optimizer steps, and their roundings that a module computes with.</summary>
/// <param name="masters">float32.</param>
/// <param name="rounded">Of any type, in the same order; may be the masters themselves.</param>
internal sealed class MasterWeights(IReadOnlyList<Parameter> masters, IReadOnlyList<Parameter> rounded)
{
    /// <summary>Hands the gradients of the backward passes since the last call to the master weights.</summary>
    public void MoveGradients()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        foreach (var (master, compute) in masters.Zip(rounded))
        {
            // A loss that does not reach a weight, such as one of features alone the head's, leaves it without a gradient.
            var gradient = compute.grad;
            master.grad = gradient is null ? zeros_like(master) : gradient.to(ScalarType.Float32, copy: true);
            compute.grad = null;
        }
    }

    /// <summary>Rounds the master weights, after they have changed.</summary>
    public void Refresh()
    {
        using var off = no_grad();
        foreach (var (master, compute) in masters.Zip(rounded))
        {
            compute.copy_(master);
        }
    }
}
