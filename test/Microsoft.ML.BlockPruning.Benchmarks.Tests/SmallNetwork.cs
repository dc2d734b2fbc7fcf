using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests;

/// <summary>A network in which every weight matters, images for it, and its logits in double precision.</summary>
internal sealed class SmallNetwork
{
    public const int Images = 3;

    public SmallNetwork(int channels, bool isDistilled)
    {
        var config = new ViTConfig(
            imageSize: 8, patchSize: 4, channels, embedDim: 32, depth: 2, numHeads: 4, mlpDim: 48, numClasses: 5, isDistilled, 1e-5f);
        var random = new Random(1);
        float Uniform(float width) => width * ((2 * random.NextSingle()) - 1);
        Weights = new NetworkWeights(ViT.Of(config));
        foreach (var tensor in Weights.Tensors)
        {
            // Biases, norms and tokens too, and none of them like another.
            bool isScale = tensor.Name.Contains("norm", StringComparison.Ordinal)
                && tensor.Name.EndsWith(".weight", StringComparison.Ordinal);
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] = (isScale ? 1 : 0) + Uniform(0.3f);
            }
        }

        Pixels = [.. Enumerable.Range(0, Images * config.ImageDim).Select(_ => Uniform(2))];
    }

    public NetworkWeights Weights { get; }

    /// <summary>The same, with all of its blocks.</summary>
    public SparseViT Dense => NetworkSubject.Sparse(Weights, new SparsityPlan());

    /// <summary>[Images, channels, 8, 8].</summary>
    public float[] Pixels { get; }

    /// <summary>[Images, 5] by libtorch in float64.</summary>
    public double[] Logits() => LogitsOf(Weights);

    /// <summary>The same of other weights.</summary>
    public double[] LogitsOf(NetworkWeights weights)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchNetwork(weights);
        network.To(float64);
        var config = Weights.Config;
        var pixels = tensor(Pixels).reshape(Images, config.Channels, config.ImageSize, config.ImageSize).to(float64);
        return network.Forward(pixels).data<double>().ToArray();
    }
}
