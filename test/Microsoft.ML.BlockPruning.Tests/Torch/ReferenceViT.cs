using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>A ViT in float64 loops, one image at a time: the oracle for inputs, gradients (by differences) and residual streams.</summary>
internal sealed class ReferenceViT(NetworkWeights weights)
{
    private readonly ViTConfig _config = weights.Config;

    /// <summary>Called with a layer's name, its inputs and its outputs, [tokens][features]; it may change the outputs.</summary>
    public Action<string, double[][], double[][]>? OnLinear { get; set; }

    /// <summary>Called with the residual stream before and after every residual branch; name of the branch's last layer.</summary>
    public Action<string, double[][], double[][]>? OnBranch { get; set; }

    /// <summary>What becomes of a number that is kept for the next layer; a type of few bits changes it.</summary>
    public Func<double, double> Store { get; init; } = value => value;

    public double[] Logits(ReadOnlySpan<float> image)
    {
        var stream = Embed(image);
        foreach (var layer in weights.Layers)
        {
            stream = Add(layer.Proj.Name, stream, Linear(layer.Proj, Attend(Map(Linear(layer.Qkv, Norm(layer.Norm1, stream)), Store))));
            var hidden = Map(Linear(layer.Fc1, Norm(layer.Norm2, stream)), value => Store(Gelu(value)));
            stream = Add(layer.Fc2.Name, stream, Linear(layer.Fc2, hidden));
        }

        var normed = Norm(weights.Norm, stream);
        double[] logits = [.. Row(weights.Head, normed[0]).Select(Store)];
        if (weights.DistillationHead is not { } distillation)
        {
            return logits;
        }

        double[] other = [.. Row(distillation, normed[1]).Select(Store)];
        return [.. logits.Select((logit, k) => (logit + other[k]) / 2)];
    }

    /// <summary>log softmax.</summary>
    public double[] LogProbabilities(ReadOnlySpan<float> image)
    {
        double[] logits = Logits(image);
        double max = logits.Max();
        double log = max + Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
        return [.. logits.Select(logit => logit - log)];
    }

    private double[][] Embed(ReadOnlySpan<float> image)
    {
        int d = _config.EmbedDim;
        double[][] stream = new double[_config.Tokens][];
        stream[0] = [.. weights.ClassToken.Select(v => (double)v)];
        if (weights.DistillationToken is { } token)
        {
            stream[1] = [.. token.Select(v => (double)v)];
        }

        for (int patch = 0; patch < _config.GridSize * _config.GridSize; patch++)
        {
            double[] pixels = new double[_config.PatchDim];
            int p = _config.PatchSize;
            for (int i = 0; i < pixels.Length; i++)
            {
                int channel = i / (p * p);
                int y = (patch / _config.GridSize * p) + (i / p % p);
                int x = (patch % _config.GridSize * p) + (i % p);
                pixels[i] = Store(image[(((channel * _config.ImageSize) + y) * _config.ImageSize) + x]);
            }

            stream[_config.PrefixTokens + patch] = Row(weights.PatchEmbedding, pixels);
        }

        for (int t = 0; t < stream.Length; t++)
        {
            for (int f = 0; f < d; f++)
            {
                stream[t][f] = Store(stream[t][f] + weights.PositionEmbedding[(t * d) + f]);
            }
        }

        return stream;
    }

    private double[][] Attend(double[][] qkv)
    {
        int d = _config.EmbedDim;
        int h = _config.HeadDim;
        double[][] result = [.. qkv.Select(_ => new double[d])];
        for (int head = 0; head < _config.NumHeads; head++)
        {
            for (int t = 0; t < qkv.Length; t++)
            {
                double[] weight = [.. qkv.Select(other =>
                    Math.Exp(Enumerable.Range(head * h, h).Sum(f => qkv[t][f] * other[d + f]) / Math.Sqrt(h)))];
                for (int f = head * h; f < (head + 1) * h; f++)
                {
                    result[t][f] = Store(qkv.Select((other, k) => Store(weight[k]) * other[(2 * d) + f]).Sum() / weight.Sum());
                }
            }
        }

        return result;
    }

    private double[][] Linear(LinearWeights linear, double[][] input)
    {
        double[][] output = [.. input.Select(row => Row(linear, row))];
        OnLinear?.Invoke(linear.Name, input, output);
        return output;
    }

    private double[][] Add(string name, double[][] stream, double[][] branch)
    {
        double[][] sum = [.. stream.Select((row, t) => row.Select((value, f) => Store(value + branch[t][f])).ToArray())];
        OnBranch?.Invoke(name, stream, sum);
        return sum;
    }

    private double[][] Norm(LayerNormWeights norm, double[][] input) =>
    [
        .. input.Select(row =>
        {
            double mean = row.Average();
            double scale = 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + _config.LayerNormEps);
            return row.Select((v, f) => Store(((v - mean) * scale * norm.Scale[f]) + norm.Offset[f])).ToArray();
        }),
    ];

    private static double[] Row(LinearWeights linear, double[] input)
    {
        double[] output = new double[linear.OutFeatures];
        for (int o = 0; o < output.Length; o++)
        {
            output[o] = linear.Bias[o];
            for (int i = 0; i < input.Length; i++)
            {
                output[o] += linear.Weight[(o * input.Length) + i] * input[i];
            }
        }

        return output;
    }

    private static double[][] Map(double[][] input, Func<double, double> function) =>
        [.. input.Select(row => row.Select(function).ToArray())];

    private static double Gelu(double x) => x / 2 * (1 + Erf(x / Math.Sqrt(2)));

    // Taylor series; |x| stays below 4 in these networks, where 80 terms leave less than 1e-12.
    private static double Erf(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return Math.Abs(x) > 4 ? Math.Sign(x) : sum * 2 / Math.Sqrt(Math.PI);
    }
}
