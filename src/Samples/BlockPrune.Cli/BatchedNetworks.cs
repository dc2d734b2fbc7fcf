using Microsoft.ML;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>Networks at one batch size, to be timed in turn.</summary>
internal sealed class BatchedNetworks : IDisposable
{
    private readonly List<SparseViTTransformer> _networks = [];

    public IReadOnlyList<SparseViTTransformer> Networks => _networks;

    /// <summary>Copies networks.</summary>
    /// <param name="context">Owns the copies.</param>
    /// <param name="models">The networks.</param>
    /// <param name="withDense">
    /// Whether the dense network of the first one's shape goes before: every block kept, with zeros where the pruned one has none, as fast
    /// as the network before pruning.
    /// </param>
    /// <param name="batch">Images at once.</param>
    public static BatchedNetworks Of(MLContext context, IReadOnlyList<OpenModel> models, bool withDense, int batch)
    {
        var batched = new BatchedNetworks();
        try
        {
            if (withDense)
            {
                batched.Add(context, models[0].Network.SaveDenseNetwork, batch);
            }

            foreach (var model in models)
            {
                batched.Add(context, model.Network.SaveNetwork, batch);
            }

            return batched;
        }
        catch
        {
            batched.Dispose();
            throw;
        }
    }

    public void Dispose() => _networks.ForEach(network => network.Dispose());

    private void Add(MLContext context, Action<string> save, int batch)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.safetensors");
        try
        {
            save(path);
            _networks.Add(context.Transforms.LoadSparseViT(path, batchSize: batch));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
