using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>
/// An encoder layer with float32 master weights whose branches compute in another type; the residual stream stays float32.
/// </summary>
/// <remarks>
/// Small errors of the stream, which are what training looks at, would drown in bfloat16's rounding of the stream itself.
/// </remarks>
internal sealed class MixedPrecisionLayer : IDisposable
{
    private readonly TorchEncoderLayer _compute;
    private readonly ScalarType _type;
    private readonly MasterWeights _weights;

    /// <summary>Starts from the master's weights.</summary>
    /// <param name="master">What the optimizer steps; float32, the caller's.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="precision">What its branches compute in.</param>
    public MixedPrecisionLayer(TorchEncoderLayer master, ViTConfig config, FineTunePrecision precision)
    {
        _type = precision == FineTunePrecision.Mixed ? ScalarType.BFloat16 : ScalarType.Float32;
        _compute = new TorchEncoderLayer(config);
        _compute.to(_type);
        TorchDevice.Place(_compute);
        Parameter[] rounded = [.. _compute.parameters()];
        foreach (var parameter in rounded)
        {
            parameter.DetachFromDisposeScope(); // the module owns them, not the open scope
        }

        _weights = new MasterWeights([.. master.parameters()], rounded);
        _weights.Refresh();
    }

    /// <summary>The residual stream [images, tokens, embedDim] after the layer; float32, owned by the caller's dispose scope.</summary>
    public Tensor Forward(Tensor stream)
    {
        using var scope = NewDisposeScope();
        foreach (var branch in _compute.Branches)
        {
            stream = stream.Plus(branch.Forward(stream.to(_type)).to(ScalarType.Float32));
        }

        return stream.MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="MasterWeights.MoveGradients"/>
    public void MoveGradients() => _weights.MoveGradients();

    /// <inheritdoc cref="MasterWeights.Refresh"/>
    public void Refresh() => _weights.Refresh();

    public void Dispose() => _compute.Dispose();
}
