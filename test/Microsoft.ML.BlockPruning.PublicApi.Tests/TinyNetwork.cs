using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>A network of random weights that reads a <see cref="Picture"/>, small enough to prune in a second.</summary>
internal static class TinyNetwork
{
    /// <summary>Writes it as a checkpoint.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="embedDim">Width of the residual stream; the MLP is twice as wide.</param>
    public static void Save(string path, int classes, int embedDim)
    {
        var random = new Random(1);
        var weights = new NetworkWeights(ViT.Of(new ViTConfig(
            Picture.Size, patchSize: 8, channels: 3, embedDim, depth: 2, numHeads: 2, mlpDim: 2 * embedDim, classes)));
        var drawn = weights.Tensors.Where(tensor => tensor.Shape.Count > 1); // biases stay zero, norms one
        foreach (float[] array in drawn.Select(tensor => tensor.Values))
        {
            for (int i = 0; i < array.Length; i++)
            {
                array[i] = (float)random.NextDouble() - 0.5f;
            }
        }

        ViTCheckpoint.Save(weights, path);
    }
}
