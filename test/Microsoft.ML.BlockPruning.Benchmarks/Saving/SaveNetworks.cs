using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>A network of 200,000 weights (0.8 MB) for each version.</summary>
internal static class SaveNetworks
{
    public static NetworkWeights Weights(int version)
    {
        var weights = new NetworkWeights(ViT.Of(new ViTConfig(
            imageSize: 16, patchSize: 8, channels: 3, embedDim: 64, depth: 4, numHeads: 4, mlpDim: 256, numClasses: 3)));
        var random = new Random(version);
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] = random.NextSingle() - 0.5f;
            }
        }

        return weights;
    }

    public static SparseViTTransformer Transformer(MLContext context, int version)
    {
        using var file = new MemoryStream();
        SparseViT.Create(Weights(version), new SparsityPlan(), ImagePreprocessing.ImageNet(16, channels: 3), ["a", "b", "c"]).Save(file);
        file.Position = 0;
        return context.Transforms.LoadSparseViT(file);
    }
}
