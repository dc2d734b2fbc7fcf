using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>Any specified network in float64 loops, one image at a time: the oracle for sessions.</summary>
internal sealed class ReferenceNetwork(NetworkWeights weights)
{
    private readonly NetworkSpec _spec = weights.Spec;

    public double[] Logits(ReadOnlySpan<float> image)
    {
        double[][] stream = Embed(image);
        foreach (var step in _spec.Steps)
        {
            stream = step is MergeSpec merge
                ? Linear(merge.Reduction, Norm(merge.Norm, Merge(stream)))
                : Add(stream, Branch((BranchSpec)step, stream));
        }

        double[][] normed = Norm(_spec.Norm, stream);
        double[][] heads =
        [
            .. _spec.Heads.Select(head => Linear(head.Linear, Norm(head.Norm, [head.Pooling is TokenPooling token
                ? normed[token.Token]
                : MeanOf(normed[((MeanPooling)head.Pooling).FirstToken..])]))[0]),
        ];
        return MeanOf(heads);
    }

    private static double[] MeanOf(double[][] rows) => [.. rows[0].Select((_, i) => rows.Average(row => row[i]))];

    private static double[][] Add(double[][] a, double[][] b) =>
        [.. a.Zip(b, (x, y) => x.Zip(y, (left, right) => left + right).ToArray())];

    private double[][] Branch(BranchSpec branch, double[][] stream)
    {
        double[][] first = Linear(branch.First, Norm(branch.Norm, stream));
        if (branch.Middle is WindowAttentionSpec windows)
        {
            return Linear(branch.Second, new ReferenceWindows(windows, weights[windows.Bias], weights[branch.First].Bias).Attend(first));
        }

        return Linear(branch.Second, branch.Middle is AttentionSpec attention
            ? Attend(attention, first)
            : [.. first.Select(row => row.Select(value => ReferenceMath.Gelu(((GeluSpec)branch.Middle).Form, value)).ToArray())]);
    }

    // q, k, v, each head after head.
    private static double[][] Attend(AttentionSpec attention, double[][] qkv)
    {
        int width = attention.Heads * attention.HeadDim;
        var context = qkv.Select(_ => new double[width]).ToArray();
        for (int head = 0; head < attention.Heads; head++)
        {
            int start = head * attention.HeadDim;
            for (int query = 0; query < qkv.Length; query++)
            {
                double[] scores = [.. qkv.Select(key => Enumerable.Range(start, attention.HeadDim)
                    .Sum(i => qkv[query][i] * key[width + i]) / Math.Sqrt(attention.HeadDim))];
                double[] e = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
                for (int i = start; i < start + attention.HeadDim; i++)
                {
                    context[query][i] = qkv.Select((key, number) => e[number] / e.Sum() * key[(2 * width) + i]).Sum();
                }
            }
        }

        return context;
    }

    // Top left, bottom left, top right, bottom right.
    private static double[][] Merge(double[][] tokens)
    {
        int side = (int)Math.Sqrt(tokens.Length);
        double[] At(int row, int column) => row < side && column < side ? tokens[(row * side) + column] : new double[tokens[0].Length];
        return
        [
            .. from row in Enumerable.Range(0, (side + 1) / 2)
               from column in Enumerable.Range(0, (side + 1) / 2)
               select (double[])
               [
                   .. At(2 * row, 2 * column), .. At((2 * row) + 1, 2 * column),
                   .. At(2 * row, (2 * column) + 1), .. At((2 * row) + 1, (2 * column) + 1),
               ],
        ];
    }

    private double[][] Embed(ReadOnlySpan<float> image)
    {
        int patch = _spec.Stem.PatchSize, size = _spec.ImageSize;
        var patches = new List<double[]>();
        for (int top = 0; top < size; top += patch)
        {
            for (int left = 0; left < size; left += patch)
            {
                var pixels = new List<double>();
                for (int channel = 0; channel < _spec.Channels; channel++)
                {
                    for (int row = top; row < top + patch; row++)
                    {
                        for (int column = left; column < left + patch; column++)
                        {
                            pixels.Add(image[(((channel * size) + row) * size) + column]);
                        }
                    }
                }

                patches.Add([.. pixels]);
            }
        }

        double[][] tokens =
        [
            .. _spec.Stem.PrefixTokens.Select(name => weights[name].Select(value => (double)value).ToArray()),
            .. Linear(_spec.Stem.Patch, [.. patches]),
        ];
        return Norm(_spec.Stem.Norm, _spec.Stem.Position is { } position
            ? Add(tokens, [.. weights[position].Select(value => (double)value).Chunk(_spec.Stem.Patch.OutFeatures)])
            : tokens);
    }

    private double[][] Linear(LinearSpec spec, double[][] rows)
    {
        var linear = weights[spec];
        return [.. rows.Select(row => linear.Bias
            .Select((bias, o) => bias + row.Select((x, i) => x * linear.Weight[(o * spec.InFeatures) + i]).Sum()).ToArray())];
    }

    private double[][] Norm(NormSpec? spec, double[][] rows)
    {
        if (spec is null)
        {
            return rows;
        }

        var norm = weights[spec];
        return [.. rows.Select(row =>
        {
            double mean = row.Average(), variance = row.Average(x => (x - mean) * (x - mean));
            return row.Select((x, i) => ((x - mean) / Math.Sqrt(variance + spec.Eps) * norm.Scale[i]) + norm.Offset[i]).ToArray();
        })];
    }
}
