using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

/// <summary>Features of tokens that depend on each other, with means that are not zero.</summary>
internal sealed class RandomTokens
{
    public RandomTokens(int tokens, int features, int seed)
    {
        var random = new Random(seed);
        double Uniform() => (2 * random.NextDouble()) - 1;
        double[,] mix = new double[features, features];
        for (int i = 0; i < features * features; i++)
        {
            mix[i / features, i % features] = Uniform();
        }

        Values = new double[tokens, features];
        for (int t = 0; t < tokens; t++)
        {
            double[] source = [.. Enumerable.Range(0, features).Select(_ => Uniform())];
            for (int i = 0; i < features; i++)
            {
                Values[t, i] = 0.5 + Enumerable.Range(0, features).Sum(j => mix[i, j] * source[j]);
            }
        }
    }

    /// <summary>[tokens, features].</summary>
    public double[,] Values { get; }

    private int Tokens => Values.GetLength(0);

    /// <summary>In two batches, as the rivals gather them.</summary>
    public FeatureMoments Moments()
    {
        var moments = new FeatureMoments(Values.GetLength(1));
        var all = tensor(Values);
        moments.Add(all.narrow(0, 0, 3));
        moments.Add(all.narrow(0, 3, Tokens - 3));
        return moments;
    }

    /// <summary>Mean of a product of two features, by a loop.</summary>
    public double Mean(Func<int, double> ofToken) => Enumerable.Range(0, Tokens).Sum(ofToken) / Tokens;

    /// <summary>Covariance of two features by a loop.</summary>
    public double Covariance(long i, long j) =>
        Mean(t => Values[t, i] * Values[t, j]) - (Mean(t => Values[t, i]) * Mean(t => Values[t, j]));
}
