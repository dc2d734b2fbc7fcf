using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>How far the roundings of a 16-bit type may move a network's logits, by a network in double with noise in their place.</summary>
/// <remarks>
/// Every number that the device stores in the type (weights, patches, stream, norms, qkv, softmax weights, contexts, hidden features,
/// logits) is off by a factor 1 + e, |e| ≤ u = 2^-11 or 2^-8. To first order a logit is off by a sum of such errors, thousands of them,
/// independent and without a mean, so it is normal, and its deviation is the largest where all of [-u, u] is taken evenly, as the noise
/// here does (Vignes 1993, "A stochastic arithmetic for reliable scientific computation"). A logit passes six deviations once in 5e8.
/// The float32 sums between the roundings are 2^13 times finer than f16 and are covered by the 1e-5 of the largest logit that the CPU's
/// own test against double allows.
/// </remarks>
internal static class RoundingNoise
{
    private const int Runs = 24; // the deviation's own deviation is a seventh of it then
    private const double Deviations = 6;
    private const double Float32Share = 1e-5;

    /// <summary>The bound of each logit, [images, numClasses].</summary>
    /// <param name="weights">The pruned network: zeros in removed blocks.</param>
    /// <param name="images">[images, channels, imageSize, imageSize].</param>
    /// <param name="element">The type.</param>
    public static double[] BoundsOf(NetworkWeights weights, float[] images, NumberFormat element)
    {
        double[] exact = Logits(new ReferenceViT(weights), weights.Config, images);
        double float32 = 2 * Float32Share * exact.Max(Math.Abs); // the device's and the CPU's
        if (element == NumberFormat.Float32)
        {
            return [.. exact.Select(_ => float32)];
        }

        double roundoff = Math.ScaleB(1, element == NumberFormat.Float16 ? -11 : -8);
        var random = new Random(7);
        double[] squares = new double[exact.Length];
        for (int run = 0; run < Runs; run++)
        {
            double AddNoise(double value) => value * (1 + (roundoff * ((2 * random.NextDouble()) - 1)));
            var reference = new ReferenceViT(Noisy(weights, AddNoise)) { Store = AddNoise };
            double[] noisy = Logits(reference, weights.Config, images);
            for (int i = 0; i < squares.Length; i++)
            {
                squares[i] += (noisy[i] - exact[i]) * (noisy[i] - exact[i]) / Runs;
            }
        }

        return [.. squares.Select(square => (Deviations * Math.Sqrt(square)) + float32)];
    }

    private static double[] Logits(ReferenceViT network, ViTConfig config, float[] images) =>
    [
        .. Enumerable.Range(0, images.Length / config.ImageDim)
            .SelectMany(image => network.Logits(images.AsSpan(image * config.ImageDim, config.ImageDim))),
    ];

    /// <summary>Matrices, tokens and positions are of the type there; biases and norms are float32.</summary>
    private static NetworkWeights Noisy(NetworkWeights weights, Func<double, double> noisy)
    {
        var copy = new NetworkWeights(ViT.Of(weights.Config));
        foreach (var (source, target) in weights.Tensors.Zip(copy.Tensors))
        {
            for (int i = 0; i < source.Values.Length; i++)
            {
                target.Values[i] = source.Shape.Count == 1 ? source.Values[i] : (float)noisy(source.Values[i]);
            }
        }

        return copy;
    }
}
