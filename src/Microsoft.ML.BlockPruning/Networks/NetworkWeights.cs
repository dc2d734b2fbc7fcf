namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>All weights of a dense network, float32: every tensor that its specification names.</summary>
public sealed class NetworkWeights
{
    private readonly Dictionary<string, LinearWeights> _linears = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerNormWeights> _norms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _free = new(StringComparer.Ordinal);
    private readonly List<WeightTensor> _tensors = [];

    /// <summary>Creates a network of zeros (norm scales: ones).</summary>
    /// <param name="spec">The network.</param>
    public NetworkWeights(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Spec = spec;
        foreach (var part in spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    AddFree(free.Name, free.Shape);
                    break;
                case NormPart norm:
                    Add(norm.Norm);
                    break;
                case LinearPart linear:
                    Add(linear.Linear, linear.WeightShape);
                    break;
            }
        }
    }

    /// <summary>The network.</summary>
    public NetworkSpec Spec { get; }

    /// <summary>What its file did not say and was assumed, or said and was not read; empty for a network made in code.</summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>Every tensor under its canonical name, in checkpoint order: the one list that loads, saves and copies read.</summary>
    public IReadOnlyList<WeightTensor> Tensors => _tensors;

    /// <summary>The layers that may lose blocks, in forward order.</summary>
    internal IEnumerable<LinearWeights> PrunableLayers => Spec.PrunableLinears.Select(linear => this[linear]);

    internal LinearWeights this[LinearSpec linear] => _linears[linear.Name];

    internal LayerNormWeights this[NormSpec norm] => _norms[norm.Name];

    /// <summary>A tensor that stands alone, such as the positions, by name.</summary>
    internal float[] this[string name] => _free[name];

    /// <summary>An independent copy.</summary>
    /// <returns>A network with equal weights in arrays of its own.</returns>
    public NetworkWeights Clone()
    {
        var copy = new NetworkWeights(Spec) { Notes = Notes };
        foreach (var (source, target) in _tensors.Zip(copy._tensors))
        {
            source.Values.CopyTo(target.Values, 0);
        }

        return copy;
    }

    private void AddFree(string name, int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (product, size) => checked(product * size))];
        _free.Add(name, values);
        _tensors.Add(new WeightTensor(name, shape, values));
    }

    private void Add(LinearSpec spec, int[] shape)
    {
        var linear = new LinearWeights(spec.Name, spec.OutFeatures, spec.InFeatures);
        _linears.Add(spec.Name, linear);
        _tensors.Add(new WeightTensor($"{spec.Name}.weight", shape, linear.Weight));
        _tensors.Add(new WeightTensor($"{spec.Name}.bias", [spec.OutFeatures], linear.Bias));
    }

    private void Add(NormSpec spec)
    {
        var norm = new LayerNormWeights(spec.Name, spec.Features);
        _norms.Add(spec.Name, norm);
        _tensors.Add(new WeightTensor($"{spec.Name}.weight", [spec.Features], norm.Scale));
        _tensors.Add(new WeightTensor($"{spec.Name}.bias", [spec.Features], norm.Offset));
    }
}
