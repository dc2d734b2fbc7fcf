using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>A network's tensors in float64, rewritten one after the other and rounded to float32 once, at the end.</summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class BasisNetwork
{
    private readonly NetworkWeights _source;
    private readonly DisposeScope _scope;
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Copies a network.</summary>
    /// <param name="source">Not changed.</param>
    /// <param name="scope">The open dispose scope.</param>
    public BasisNetwork(NetworkWeights source, DisposeScope scope)
    {
        (_source, _scope) = (source, scope);
        foreach (var part in source.Tensors)
        {
            // A patch convolution's weight is a matrix here: [features, values of a patch].
            var values = TorchDevice.Put(tensor(part.Values, float64));
            _tensors.Add(part.Name, part.Name == WeightName(source.Spec.Stem.Patch.Name)
                ? values.reshape(part.Shape[0], -1)
                : values.reshape([.. part.Shape.Select(side => (long)side)]));
        }
    }

    public NetworkSpec Spec => _source.Spec;

    /// <summary>A tensor by its canonical name; what is set is kept for as long as the network, what was there is disposed.</summary>
    public Tensor this[string name]
    {
        get => _tensors[name];
        set
        {
            // A tensor that is moved to the scope that it is in falls out of it.
            if (!ReferenceEquals(_tensors[name], value))
            {
                _tensors[name].Dispose();
                _tensors[name] = Keep(value);
            }
        }
    }

    /// <summary>[out, in].</summary>
    public Tensor WeightOf(LinearSpec linear) => this[WeightName(linear.Name)];

    /// <summary>[out].</summary>
    public Tensor BiasOf(LinearSpec linear) => this[BiasName(linear.Name)];

    /// <summary>Makes a tensor live as long as the network's own.</summary>
    public Tensor Keep(Tensor value) => value.MoveToOtherDisposeScope(_scope);

    /// <summary>Sets both tensors of a linear layer.</summary>
    public void Set(LinearSpec linear, Tensor weight, Tensor bias)
    {
        this[WeightName(linear.Name)] = weight;
        this[BiasName(linear.Name)] = bias;
    }

    /// <summary>Puts a norm's scale and offset into a layer that reads its output: W diag(γ), b + W β.</summary>
    public void Fold(NormSpec norm, LinearSpec reader)
    {
        using var scope = NewDisposeScope();
        var weight = WeightOf(reader);
        Set(reader, weight.mul(this[WeightName(norm.Name)]), BiasOf(reader).Plus(weight.mv(this[BiasName(norm.Name)])));
    }

    /// <summary>Makes a norm plain, once every reader has its scale and offset.</summary>
    public void MakePlain(NormSpec norm)
    {
        this[WeightName(norm.Name)] = TorchDevice.Put(ones(norm.Features, float64));
        this[BiasName(norm.Name)] = TorchDevice.Put(zeros(norm.Features, float64));
    }

    /// <summary>Whether a norm scales and moves nothing.</summary>
    public bool IsPlain(NormSpec norm)
    {
        using var scope = NewDisposeScope();
        return TorchDevice.Read<double>(this[WeightName(norm.Name)]).All(scale => scale == 1)
            && TorchDevice.Read<double>(this[BiasName(norm.Name)]).All(offset => offset == 0);
    }

    /// <summary>Rounds.</summary>
    public NetworkWeights ToWeights()
    {
        using var scope = NewDisposeScope();
        var weights = new NetworkWeights(Spec);
        foreach (var target in weights.Tensors)
        {
            TorchDevice.Read<float>(_tensors[target.Name].to(float32)).CopyTo(target.Values, 0);
        }

        return weights;
    }

    private static string WeightName(string part) => $"{part}.weight";

    private static string BiasName(string part) => $"{part}.bias";
}
