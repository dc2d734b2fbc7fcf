using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>The weights of a pruned network by the parts of its specification; filled once, then only read.</summary>
internal sealed class SparseWeights
{
    private readonly Dictionary<string, float[]> _free = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerNormWeights> _norms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinearWeights> _dense = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SparseLinear> _sparse = new(StringComparer.Ordinal);

    /// <summary>A prefix token [features] or the positions [tokens, features].</summary>
    public float[] this[string name] => _free[name];

    public LayerNormWeights this[NormSpec norm] => _norms[norm.Name];

    /// <summary>A layer of a step, which may have lost blocks.</summary>
    public SparseLinear this[LinearSpec linear] => _sparse[linear.Name];

    /// <summary>The patch convolution or a head, which are never pruned.</summary>
    public LinearWeights Dense(LinearSpec linear) => _dense[linear.Name];

    public void Add(string name, float[] values) => _free.Add(name, values);

    public void Add(LayerNormWeights norm) => _norms.Add(norm.Name, norm);

    public void Add(LinearWeights linear) => _dense.Add(linear.Name, linear);

    public void Add(SparseLinear linear) => _sparse.Add(linear.Name, linear);

    /// <summary>The same with other layers of the steps; all else is shared, not copied.</summary>
    public SparseWeights With(Func<SparseLinear, SparseLinear> change)
    {
        var changed = new SparseWeights();
        foreach (var (name, values) in _free)
        {
            changed.Add(name, values);
        }

        foreach (var norm in _norms.Values)
        {
            changed.Add(norm);
        }

        foreach (var linear in _dense.Values)
        {
            changed.Add(linear);
        }

        foreach (var linear in _sparse.Values)
        {
            changed.Add(change(linear));
        }

        return changed;
    }
}
