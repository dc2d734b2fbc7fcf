using Microsoft.ML;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>A pruned network and the dense one of its shape, at one batch size.</summary>
/// <param name="Dense">Every block kept, with zeros where the pruned one has none: as fast as the network before pruning.</param>
/// <param name="Pruned">The network.</param>
internal sealed record NetworkPair(SparseViTTransformer Dense, SparseViTTransformer Pruned) : IDisposable
{
    public static NetworkPair Of(MLContext context, SparseViTTransformer network, int batch)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.safetensors");
        try
        {
            network.SaveDenseNetwork(path);
            var dense = context.Transforms.LoadSparseViT(path, batchSize: batch);
            network.SaveNetwork(path);
            return new NetworkPair(dense, context.Transforms.LoadSparseViT(path, batchSize: batch));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        Dense.Dispose();
        Pruned.Dispose();
    }
}
