using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>The fixture that <c>eng/fixtures/make-vit-fixture.py</c> made with torchvision, and small networks of random weights.</summary>
internal static class TinyViT
{
    /// <summary>A network of torchvision's VisionTransformer under timm's names, with a config.json beside it.</summary>
    public static string ModelPath => Fixture("model.safetensors");

    /// <summary>Its <c>images</c> [3, 3, 16, 16] and <c>logits</c> [3, 5] in double arithmetic, rounded to float32.</summary>
    public static string ExpectedPath => Fixture("expected.safetensors");

    /// <summary>Weights, all different, in (−1, 1).</summary>
    public static NetworkWeights Random(ViTConfig config, int seed)
    {
        var random = new Random(seed);
        var weights = new NetworkWeights(ViT.Of(config));
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] = (random.NextSingle() * 2) - 1;
            }
        }

        return weights;
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Fixtures", "TinyViT", name);
}
