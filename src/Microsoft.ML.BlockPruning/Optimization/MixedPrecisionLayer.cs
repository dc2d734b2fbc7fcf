using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>A layer with float32 master weights whose steps compute in another type; the residual stream stays float32.</summary>
/// <remarks>
/// Small errors of the stream, which are what training looks at, would drown in bfloat16's rounding of the stream itself.
/// </remarks>
internal sealed class MixedPrecisionLayer : IDisposable
{
    private readonly nn.Module _holder = DottedNames.NewFolder();
    private readonly TorchLayer _compute;
    private readonly FineTunePrecision _precision;
    private readonly MasterWeights _weights;

    /// <summary>Starts from the master's weights.</summary>
    /// <param name="master">What the optimizer steps; float32, the caller's.</param>
    /// <param name="precision">What its steps compute in.</param>
    public MixedPrecisionLayer(TorchLayer master, FineTunePrecision precision)
    {
        _precision = precision;
        _compute = new TorchLayer(master.Spec, _holder);
        foreach (var part in Modules)
        {
            part.to(Type);
            TorchDevice.Place(part);
        }

        Parameter[] rounded = [.. _compute.Parameters];
        foreach (var parameter in rounded)
        {
            parameter.DetachFromDisposeScope(); // the layer owns them, not the open scope
        }

        _weights = new MasterWeights([.. master.Parameters], rounded);
        _weights.Refresh();
    }

    private IEnumerable<nn.Module> Modules => _compute.Parts.Select(part => part.Module).Append(_holder);

    private ScalarType Type => _precision == FineTunePrecision.Mixed ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>The residual stream [images, tokens, features] after the layer; float32, owned by the caller's dispose scope.</summary>
    public Tensor Forward(Tensor stream)
    {
        using var scope = NewDisposeScope();
        foreach (var step in _compute.Steps)
        {
            stream = step.Join(stream, step.Forward(stream.to(Type)).to(ScalarType.Float32));
        }

        return stream.MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="MasterWeights.MoveGradients"/>
    public void MoveGradients() => _weights.MoveGradients();

    /// <inheritdoc cref="MasterWeights.Refresh"/>
    public void Refresh() => _weights.Refresh();

    public void Dispose()
    {
        foreach (var part in Modules)
        {
            part.Dispose();
        }
    }
}
