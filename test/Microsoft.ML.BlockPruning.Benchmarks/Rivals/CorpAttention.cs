using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>CORP's pruning of one attention: dimensions of q with the same ones of k, as many in each head; v stays.</summary>
/// <remarks>A dimension's score is E[q² k²], q and k of the same token: the code's <c>qk_energy</c>.</remarks>
internal sealed class CorpAttention(AttentionSpec spec, TorchStep step, IReadOnlyList<Tensor> streams)
{
    private readonly FeatureMoments[] _queries = [.. Enumerable.Range(0, spec.Heads).Select(_ => new FeatureMoments(spec.HeadDim))];
    private readonly FeatureMoments[] _keys = [.. Enumerable.Range(0, spec.Heads).Select(_ => new FeatureMoments(spec.HeadDim))];
    private readonly Tensor _products = zeros(spec.Heads, spec.HeadDim, float64); // of q² k²

    /// <summary>Prunes in place.</summary>
    /// <param name="kept">Dimensions of each head that stay.</param>
    public void Prune(int kept)
    {
        if (kept == spec.HeadDim)
        {
            return;
        }

        using var scope = NewDisposeScope();
        foreach (var stream in streams)
        {
            using var batch = NewDisposeScope();
            Add(step.Linears[0].call(step.InputOf(0, stream)).reshape(-1, 3, spec.Heads, spec.HeadDim));
        }

        var heads = HeadsOf(TorchDevice.Read<double>(_products), kept);
        foreach (var parameter in new[] { step.Linears[0].weight, step.Linears[0].bias! })
        {
            var pruned = parameter.to(float64, copy: true);
            for (int head = 0; head < spec.Heads; head++)
            {
                var (dims, compensation) = heads[head];
                Fold(pruned, head * spec.HeadDim, compensation.Query, dims);
                Fold(pruned, (spec.Heads + head) * spec.HeadDim, compensation.Key, dims);
            }

            parameter.copy_(pruned);
        }
    }

    private (UnitChoice Dims, LogitCompensation Compensation)[] HeadsOf(double[] scores, int kept) =>
    [
        .. Enumerable.Range(0, spec.Heads).Select(head =>
        {
            var dims = UnitChoice.Highest(scores[(head * spec.HeadDim)..((head + 1) * spec.HeadDim)], kept);
            return (dims, LogitCompensation.Of(_queries[head], _keys[head], dims));
        }),
    ];

    private void Add(Tensor parts)
    {
        var (query, key) = (parts.select(1, 0).to(float64), parts.select(1, 1).to(float64));
        _products.Accumulate(query.mul(query).mul(key).mul(key).sum(dim: 0));
        for (int head = 0; head < spec.Heads; head++)
        {
            _queries[head].Add(query.select(1, head));
            _keys[head].Add(key.select(1, head));
        }
    }

    // The rows x of a head become mapᵀ x_S, those of removed dimensions zero; of a matrix or of a bias.
    private void Fold(Tensor rows, int first, Tensor map, UnitChoice dims)
    {
        using var scope = NewDisposeScope();
        var head = rows.narrow(0, first, spec.HeadDim);
        var kept = UnitChoice.Indices(dims.Kept);
        var folded = map.t().matmul(head.index_select(0, kept));
        head.copy_(zeros_like(head).index_copy_(0, kept, folded));
    }
}
