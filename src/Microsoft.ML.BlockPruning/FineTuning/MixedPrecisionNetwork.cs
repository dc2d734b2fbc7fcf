using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>float32 master weights and a network that computes in another type (Micikevicius et al., ICLR 2018, §3.1).</summary>
/// <remarks>bfloat16 has float32's exponent range, so no loss scaling is needed.</remarks>
internal sealed class MixedPrecisionNetwork : IDisposable
{
    private readonly ComputingNetwork _compute;
    private readonly MasterWeights _weights;

    public MixedPrecisionNetwork(NetworkWeights weights, FineTunePrecision precision)
    {
        _compute = new ComputingNetwork(weights, precision);
        Master = new TorchNetwork(weights);
        _weights = new MasterWeights([.. Master.Module.parameters()], _compute.Parameters);
    }

    /// <summary>The float32 weights that the optimizer steps.</summary>
    public TorchNetwork Master { get; }

    /// <inheritdoc cref="ComputingNetwork.Forward"/>
    public NetworkOutput Forward(Tensor images) => _compute.Forward(images);

    /// <inheritdoc cref="MasterWeights.MoveGradients"/>
    public void MoveGradients() => _weights.MoveGradients();

    /// <inheritdoc cref="MasterWeights.Refresh"/>
    public void Refresh() => _weights.Refresh();

    public void Dispose()
    {
        _compute.Dispose();
        Master.Dispose();
    }
}
