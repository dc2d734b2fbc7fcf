using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrainViT;

/// <summary>
/// Momentum whose step is made orthogonal (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024): all
/// directions of a weight matrix move equally far, where a few of them rule AdamW's step.
/// </summary>
/// <remarks>TorchSharp has no such optimiser. Matrices of one shape go through the iteration together.</remarks>
internal sealed class Muon : IDisposable
{
    private readonly MuonGroup[] _groups;

    /// <param name="weights">The weights with the number of matrices that each holds, one above the other: 3 for qkv.</param>
    /// <param name="weightDecay">Decoupled, as AdamW's.</param>
    /// <param name="precision">What the iteration computes in; the momentum is float32.</param>
    public Muon(IEnumerable<(Parameter Weight, int Matrices)> weights, double weightDecay, ScalarType precision)
    {
        var matrices = weights.SelectMany(
            w => Enumerable.Range(0, w.Matrices),
            (w, i) => new MuonMatrix(w.Weight, i, w.Weight.shape[0] / w.Matrices));
        _groups = [.. matrices.GroupBy(m => (m.Rows, m.Columns)).Select(g => new MuonGroup([.. g], weightDecay, precision))];
    }

    /// <summary>Steps every weight by its gradient.</summary>
    /// <param name="rate">Learning rate on AdamW's scale.</param>
    public void Step(double rate)
    {
        using var off = no_grad();
        foreach (var group in _groups)
        {
            using var scope = NewDisposeScope();
            group.Step(rate);
        }
    }

    /// <summary>Writes the momentum, all that the optimiser remembers.</summary>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        cat([.. _groups.Select(group => group.Momentum.flatten())]).save(path);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string path)
    {
        using var scope = NewDisposeScope();
        long[] sizes = [.. _groups.Select(group => group.Momentum.numel())];
        foreach (var (group, momentum) in _groups.Zip(Tensor.load(path).split(sizes)))
        {
            group.Momentum.copy_(momentum.view_as(group.Momentum));
        }
    }

    public void Dispose() => Array.ForEach(_groups, group => group.Dispose());
}
