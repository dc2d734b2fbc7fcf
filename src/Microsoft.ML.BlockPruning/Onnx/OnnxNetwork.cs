using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A network as nodes of a graph: a walk over its specification.</summary>
internal sealed class OnnxNetwork
{
    private readonly IOnnxLayers _layers;
    private readonly SparseViT _network;
    private string _stream;
    private int _tokens; // of one image, at the step at hand
    private string? _branch; // what the last branch gave, until it is added to the stream

    private OnnxNetwork(IOnnxLayers layers, SparseViT network, string tokens) =>
        (_layers, _network, _stream, _tokens) = (layers, network, tokens, network.Spec.Tokens);

    /// <summary>Adds a network.</summary>
    /// <param name="layers">With which operators.</param>
    /// <param name="network">The network; a weight of another format is written as float32.</param>
    /// <param name="pixels">[images, channels, size, size], normalised.</param>
    /// <returns>[images, classes].</returns>
    public static string Add(IOnnxLayers layers, SparseViT network, string pixels)
    {
        var walk = new OnnxNetwork(layers, network, OnnxStem.Add(layers, network, pixels));
        foreach (var step in network.Spec.Steps)
        {
            walk.Add(step);
            walk._tokens = step.Linears[^1].Tokens;
        }

        return OnnxHeads.Add(layers, network, network.Spec.Norm is { } norm ? walk.Normed(norm) : walk.Stream());
    }

    private void Add(StepSpec step)
    {
        switch (step)
        {
            case BranchSpec branch:
                var (first, second) = LayersOf(branch);
                string inner = _layers.Linear(first, Normed(branch.Norm));
                _branch = _layers.Linear(second, _layers.Middle(branch, _network.Weights, inner));
                break;
            case MergeSpec merge:
                string merged = OnnxMerge.Neighbours(_layers.Graph, merge, _tokens, Stream());
                _stream = Linear(merge.Reduction, _layers.Norm(merge.Norm, _network.Weights[merge.Norm], merged));
                break;
            default:
                throw new NotSupportedException($"A step of the kind {step.GetType().Name} is not written as ONNX.");
        }
    }

    // Attention reads its features head by head: they are not dropped one by one.
    private (OnnxLinear First, OnnxLinear Second) LayersOf(BranchSpec branch)
    {
        var (first, second) = (_network.Weights[branch.First], _network.Weights[branch.Second]);
        return branch.Middle is GeluSpec ? OnnxHidden.Of(first, second) : (OnnxLinear.Of(first), OnnxLinear.Of(second));
    }

    private string Linear(LinearSpec linear, string x) => _layers.Linear(OnnxLinear.Of(_network.Weights[linear]), x);

    private string Normed(NormSpec norm)
    {
        var weights = _network.Weights[norm];
        if (_branch is null)
        {
            return _layers.Norm(norm, weights, _stream);
        }

        (_stream, string normed) = _layers.AddAndNorm(norm, weights, _stream, _branch);
        _branch = null;
        return normed;
    }

    private string Stream()
    {
        (_stream, _branch) = (_branch is null ? _stream : _layers.Graph.Node("Add", [_stream, _branch]), null);
        return _stream;
    }
}
