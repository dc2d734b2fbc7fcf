using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>A network of any specification in float64 loops, one image at a time: the oracle for those that walk one.</summary>
internal sealed class ReferenceNetwork(NetworkWeights weights)
{
    private readonly Dictionary<string, float[]> _values =
        weights.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);

    public double[] Logits(ReadOnlySpan<float> image)
    {
        double[][] stream = weights.Spec.Steps.Aggregate(Embed(image), (stream, step) => step switch
        {
            BranchSpec branch => Sum(stream, Linear(branch.Second, Middle(branch, Linear(branch.First, Norm(branch.Norm, stream))))),
            MergeSpec merge => Linear(merge.Reduction, Norm(merge.Norm, Gather(stream))),
            _ => throw new NotSupportedException(),
        });
        double[][] normed = Norm(weights.Spec.Norm, stream);
        double[][] logits = [.. weights.Spec.Heads.Select(head => Linear(head.Linear, [Pool(head.Pooling, normed)])[0])];
        return [.. Enumerable.Range(0, weights.Spec.NumClasses).Select(k => logits.Average(head => head[k]))];
    }

    private double[][] Embed(ReadOnlySpan<float> image)
    {
        var spec = weights.Spec;
        int p = spec.Stem.PatchSize, grid = spec.ImageSize / p, width = spec.Stem.Patch.OutFeatures;
        var tokens = spec.Stem.PrefixTokens.Select(name => _values[name].Select(value => (double)value).ToArray()).ToList();
        for (int patch = 0; patch < grid * grid; patch++)
        {
            double[] pixels = new double[spec.Channels * p * p];
            for (int i = 0; i < pixels.Length; i++)
            {
                int y = (patch / grid * p) + (i / p % p), x = (patch % grid * p) + (i % p);
                pixels[i] = image[(((i / (p * p) * spec.ImageSize) + y) * spec.ImageSize) + x];
            }

            tokens.Add(Linear(spec.Stem.Patch, [pixels])[0]);
        }

        float[] position = _values[spec.Stem.Position];
        return [.. tokens.Select((token, t) => token.Select((value, f) => value + position[(t * width) + f]).ToArray())];
    }

    private static double[][] Middle(BranchSpec branch, double[][] input) => branch.Middle is AttentionSpec attention
        ? Attend(input, attention.Heads, attention.HeadDim)
        : [.. input.Select(token => token.Select(ReferenceMath.Gelu).ToArray())];

    // softmax(q kᵀ / √headDim) v; a token's features are all of q, then all of k, then all of v.
    private static double[][] Attend(double[][] qkv, int heads, int headDim)
    {
        int width = heads * headDim;
        double[][] result = [.. qkv.Select(_ => new double[width])];
        for (int t = 0; t < qkv.Length; t++)
        {
            for (int f = 0; f < width; f++)
            {
                int first = f / headDim * headDim;
                double sum = 0, total = 0;
                foreach (double[] other in qkv)
                {
                    double score = 0;
                    for (int i = first; i < first + headDim; i++)
                    {
                        score += qkv[t][i] * other[width + i];
                    }

                    double weight = Math.Exp(score / Math.Sqrt(headDim));
                    total += weight;
                    sum += weight * other[(2 * width) + f];
                }

                result[t][f] = sum / total;
            }
        }

        return result;
    }

    // Top left, bottom left, top right, bottom right of each two by two.
    private static double[][] Gather(double[][] stream)
    {
        int side = (int)Math.Sqrt(stream.Length);
        var merged = new List<double[]>();
        for (int y = 0; y < side; y += 2)
        {
            for (int x = 0; x < side; x += 2)
            {
                int corner = (y * side) + x;
                merged.Add([.. stream[corner], .. stream[corner + side], .. stream[corner + 1], .. stream[corner + side + 1]]);
            }
        }

        return [.. merged];
    }

    private static double[] Pool(PoolingSpec pooling, double[][] tokens) => pooling switch
    {
        TokenPooling token => tokens[token.Token],
        MeanPooling mean => [.. Enumerable.Range(0, tokens[0].Length).Select(f => tokens.Skip(mean.FirstToken).Average(token => token[f]))],
        _ => throw new NotSupportedException(),
    };

    private double[][] Linear(LinearSpec linear, double[][] input)
    {
        float[] weight = _values[$"{linear.Name}.weight"], bias = _values[$"{linear.Name}.bias"];
        return
        [
            .. input.Select(token => Enumerable.Range(0, linear.OutFeatures).Select(row =>
                bias[row] + token.Select((value, i) => value * weight[(row * linear.InFeatures) + i]).Sum()).ToArray()),
        ];
    }

    private double[][] Norm(NormSpec norm, double[][] input)
    {
        float[] scale = _values[$"{norm.Name}.weight"], offset = _values[$"{norm.Name}.bias"];
        return
        [
            .. input.Select(token =>
            {
                double mean = token.Average(), variance = token.Average(value => (value - mean) * (value - mean));
                return token.Select((value, f) => ((value - mean) / Math.Sqrt(variance + norm.Eps) * scale[f]) + offset[f]).ToArray();
            }),
        ];
    }

    private static double[][] Sum(double[][] stream, double[][] branch) =>
        [.. stream.Select((token, t) => token.Select((value, f) => value + branch[t][f]).ToArray())];
}
