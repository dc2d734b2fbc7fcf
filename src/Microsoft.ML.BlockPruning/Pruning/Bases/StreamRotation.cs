using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>Rotates each residual stream so that its principal directions lie in blocks, in falling order.</summary>
/// <remarks>
/// Every norm's scale and offset go into the matrix that reads it. A plain LayerNorm commutes with x' = Q x where Q is orthogonal and
/// Q 1 = 1: mean and variance stay. Q sends the directions, by the second moments of the normed inputs of all steps, each of trace one, to
/// <see cref="BlockContrasts"/>: n − 1 to a block of n, the constants of the blocks last. SliceGPT and QuaRot (arXiv 2401.15024,
/// 2404.00456) rotate residual streams of language models to other ends.
/// </remarks>
internal sealed class StreamRotation : IBasisChange
{
    public void Apply(BasisNetwork network, BasisTask task)
    {
        foreach (var segment in StreamSegment.Of(network.Spec))
        {
            if (Obstacle(network, task, segment) is { } why)
            {
                task.Leave(
                    segment.Begin is null ? "the residual stream" : $"the residual stream after {segment.Begin.Reduction.Name}", why);
                continue;
            }

            using var scope = NewDisposeScope();
            Fold(network, segment);
            var rotation = RotationOf(network.Spec, task, segment);
            Rotate(network, segment, rotation);
            foreach (int step in segment.Steps)
            {
                var turned = rotation.mm(task.Moments[step].Normed).mm(rotation.t());
                task.Moments[step] = task.Moments[step] with { Normed = network.Keep(turned) };
            }
        }
    }

    private static IEnumerable<BranchSpec> Branches(NetworkSpec spec, StreamSegment segment) =>
        segment.Steps.Select(index => (BranchSpec)spec.Steps[index]);

    private static string? Obstacle(BasisNetwork network, BasisTask task, StreamSegment segment)
    {
        var spec = network.Spec;
        if (segment.Features < 3)
        {
            return "it has fewer than three features";
        }

        if (segment.Begin is null && spec.Stem.Norm is not null)
        {
            return "a norm whose scale no matrix takes up writes it";
        }

        if (segment.End is null && spec.Norm is { } norm && spec.Heads.Any(head => head.Norm is not null) && !network.IsPlain(norm))
        {
            return "two norms follow each other behind it";
        }

        if (Branches(spec, segment).Any(branch => branch.Middle is WindowAttentionSpec windows && IsFilledUp(windows, branch)))
        {
            return "windows are filled up with zeros, which a norm's offset would reach";
        }

        return task.HasZeroBlocks([
            .. Branches(spec, segment).SelectMany(branch => branch.Linears),
            .. segment.Begin is null ? [] : segment.Begin.Linears,
            .. segment.End is { } end ? spec.Steps[end].Linears : [],
        ])
            ? "blocks of its matrices are zero in the file"
            : null;
    }

    private static bool IsFilledUp(WindowAttentionSpec windows, BranchSpec branch)
    {
        long side = (long)Math.Sqrt(branch.First.Tokens);
        return WindowGrid.PaddedSideOf(side, windows.Window) != side;
    }

    private static void Fold(BasisNetwork network, StreamSegment segment)
    {
        var spec = network.Spec;
        IEnumerable<(NormSpec Norm, LinearSpec Reader)> pairs = Branches(spec, segment).Select(branch => (branch.Norm, branch.First));
        if (segment.End is { } end)
        {
            pairs = pairs.Append((spec.Steps[end].Norm, spec.Steps[end].Linears[0]));
        }
        else
        {
            pairs = pairs.Concat(
                from head in spec.Heads
                let norm = head.Norm ?? spec.Norm
                where norm is not null
                select (norm, head.Linear));
        }

        foreach (var (norm, reader) in pairs.ToList())
        {
            network.Fold(norm, reader);
        }

        foreach (var norm in pairs.Select(pair => pair.Norm).Distinct().ToList())
        {
            network.MakePlain(norm);
        }
    }

    // Q, [features, features].
    private static Tensor RotationOf(NetworkSpec spec, BasisTask task, StreamSegment segment)
    {
        using var scope = NewDisposeScope();
        int width = segment.Features;
        var constant = TorchDevice.Put(ones([width, width], float64)).Times(1.0 / width);
        var moments = segment.Steps.Select(index => task.Moments[index].Normed).ToList();
        if (segment.End is { } end)
        {
            // The merge's norm sees a token's neighbours side by side; each is rotated by itself.
            moments.AddRange(Enumerable.Range(0, MergeSpec.Neighbours).Select(n =>
                task.Moments[end].Normed.narrow(0, n * width, width).narrow(1, n * width, width)));
        }
        else
        {
            moments.Add(task.Final);
        }

        // Without what lies along 1, as a merge's neighbours have some, and with more along 1 than along any other direction, so that the
        // other eigenvectors are orthogonal to it.
        var across = TorchDevice.Put(eye(width, dtype: float64)).sub(constant);
        var sum = constant.Times(moments.Count + 1);
        foreach (var moment in moments)
        {
            double trace = TorchDevice.ReadOne<double>(moment.trace());
            sum.Accumulate(trace > 0 ? across.mm(moment).mm(across).Times(1 / trace) : zeros_like(moment));
        }

        var (_, vectors) = linalg.eigh(sum);
        var falling = vectors.narrow(1, 0, width - 1).flip(1);
        var contrasts = TorchDevice.Put(tensor(BlockContrasts.Of(width, BlockOf(spec, task, segment)), float64)).reshape(width - 1, width);
        return contrasts.t().mm(falling.t()).Plus(constant).MoveToOuterDisposeScope();
    }

    // Readers have it as columns, writers as rows: the largest of them all holds whole blocks of the others.
    private static int BlockOf(NetworkSpec spec, BasisTask task, StreamSegment segment) => Math.Min(
        segment.Features,
        Branches(spec, segment).SelectMany(branch => new[] { task.BlockOf(branch.First).Width, task.BlockOf(branch.Second).Height })
            .DefaultIfEmpty(segment.Features).Max());

    private static void Rotate(BasisNetwork network, StreamSegment segment, Tensor rotation)
    {
        var spec = network.Spec;
        var back = rotation.t();
        if (segment.Begin is { } begin)
        {
            Write(network, begin.Reduction, rotation);
        }
        else
        {
            Write(network, spec.Stem.Patch, rotation);
            foreach (string free in spec.Stem.PrefixTokens.Concat(spec.Stem.Position is { } position ? [position] : []))
            {
                network[free] = network[free].matmul(back);
            }
        }

        foreach (var branch in Branches(spec, segment))
        {
            network.Set(branch.First, network.WeightOf(branch.First).mm(back), network.BiasOf(branch.First));
            Write(network, branch.Second, rotation);
        }

        if (segment.End is { } end)
        {
            var reduction = ((MergeSpec)spec.Steps[end]).Reduction;
            var parts = network.WeightOf(reduction).reshape(reduction.OutFeatures, MergeSpec.Neighbours, segment.Features);
            network.Set(reduction, parts.matmul(back).reshape(reduction.OutFeatures, -1), network.BiasOf(reduction));
            return;
        }

        foreach (var head in spec.Heads)
        {
            network.Set(head.Linear, network.WeightOf(head.Linear).mm(back), network.BiasOf(head.Linear));
        }
    }

    private static void Write(BasisNetwork network, LinearSpec writer, Tensor rotation) =>
        network.Set(writer, rotation.mm(network.WeightOf(writer)), rotation.mv(network.BiasOf(writer)));
}
