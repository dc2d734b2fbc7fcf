using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// Gives every attention head a basis of its own in which q and k, and v and what reads it, have the same falling spectrum, and sorts heads
/// by what they give to the stream.
/// </summary>
/// <remarks>
/// q' = T q and k' = T⁻ᵀ k keep every score; v' = T v and proj' = proj T⁻¹ keep every output. Before that the keys' bias is dropped, which
/// moves all scores of a query alike, and the values' bias goes through proj into its bias, since rows of attention sum to one; both hold
/// for windows with a bias table and for tokens that fill windows up as well.
/// </remarks>
internal sealed class AttentionHeads : IBasisChange
{
    public void Apply(BasisNetwork network, BasisTask task)
    {
        foreach (var (index, step) in network.Spec.Steps.Index())
        {
            if (step is not BranchSpec { Middle: MultiHeadSpec heads } attention)
            {
                continue;
            }

            if (task.HasZeroBlocks(attention.First, attention.Second))
            {
                task.Leave($"heads of {step.Layer}", "blocks of its matrices are zero in the file");
                continue;
            }

            new Rewriting(network, task, attention, heads).Apply(task.Moments[index].Heads);
        }
    }

    /// <summary>One attention's matrices by part and head.</summary>
    private sealed class Rewriting
    {
        private readonly BasisNetwork _network;
        private readonly BasisTask _task;
        private readonly BranchSpec _step;
        private readonly MultiHeadSpec _spec;

        public Rewriting(BasisNetwork network, BasisTask task, BranchSpec step, MultiHeadSpec spec) =>
            (_network, _task, _step, _spec) = (network, task, step, spec);

        public void Apply(IReadOnlyList<HeadMoments> moments)
        {
            using var scope = NewDisposeScope();
            var weight = _network.WeightOf(_step.First).clone();
            var bias = _network.BiasOf(_step.First).clone();
            var projection = _network.WeightOf(_step.Second).clone();
            int features = _spec.Heads * _spec.HeadDim;
            var moved = _network.BiasOf(_step.Second).Plus(projection.mv(bias.narrow(0, 2 * features, features)));
            bias.narrow(0, features, 2 * features).zero_();
            double[] strengths = new double[_spec.Heads];
            for (int head = 0; head < _spec.Heads; head++)
            {
                var (q, k, v) = (PartOf(weight, 0, head), PartOf(weight, 1, head), PartOf(weight, 2, head));
                var columns = projection.narrow(1, head * _spec.HeadDim, _spec.HeadDim);
                if (BasisAlgebra.Balance(moments[head].Query, moments[head].Key) is { } scores)
                {
                    q.copy_(scores.Basis.mm(q));
                    k.copy_(scores.Inverse.t().mm(k));
                    var queryBias = PartOf(bias, 0, head);
                    queryBias.copy_(scores.Basis.mv(queryBias));
                }
                else
                {
                    _task.Leave($"queries and keys of head {head} of {_step.Layer}", "they are zero on every image");
                }

                if (BasisAlgebra.Balance(moments[head].Output, columns.t().mm(columns)) is { } outputs)
                {
                    v.copy_(outputs.Basis.mm(v));
                    columns.copy_(columns.mm(outputs.Inverse));
                    strengths[head] = TorchDevice.ReadOne<double>(outputs.Spectrum.sum());
                }
                else
                {
                    _task.Leave($"values of head {head} of {_step.Layer}", "they, or what reads them, are zero on every image");
                }
            }

            Sort(strengths, weight, bias, projection, moved);
        }

        private Tensor PartOf(Tensor rows, int part, int head) =>
            rows.narrow(0, ((part * _spec.Heads) + head) * _spec.HeadDim, _spec.HeadDim);

        // Strong heads first; a table of biases by distance has a column for each.
        private void Sort(double[] strengths, Tensor weight, Tensor bias, Tensor projection, Tensor moved)
        {
            int[] order = [.. Enumerable.Range(0, _spec.Heads).OrderByDescending(head => strengths[head])];
            long[] inputs = [.. order.SelectMany(head => Enumerable.Range(head * _spec.HeadDim, _spec.HeadDim)).Select(i => (long)i)];
            long[] rows = [.. Enumerable.Range(0, 3).SelectMany(part => inputs.Select(input => (part * (long)inputs.Length) + input))];
            var (byRow, byInput) = (TorchDevice.Put(tensor(rows, int64)), TorchDevice.Put(tensor(inputs, int64)));
            _network.Set(_step.First, weight.index_select(0, byRow), bias.index_select(0, byRow));
            _network.Set(_step.Second, projection.index_select(1, byInput), moved);
            if (_spec is WindowAttentionSpec windows)
            {
                var byHead = TorchDevice.Put(tensor(order.Select(head => (long)head).ToArray(), int64));
                _network[windows.Bias] = _network[windows.Bias].index_select(1, byHead);
            }
        }
    }
}
