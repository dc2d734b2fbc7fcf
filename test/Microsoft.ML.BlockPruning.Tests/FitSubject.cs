using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A small network to prune, and images with labels; deleted on dispose.</summary>
internal sealed class FitSubject : IDisposable
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];
    private readonly TestCheckpoint _checkpoint;

    /// <summary>Writes the network.</summary>
    /// <param name="change">Changes its weights first.</param>
    public FitSubject(Action<NetworkWeights>? change = null)
    {
        var weights = TestNetworks.Weights(TestNetworks.Config());
        change?.Invoke(weights);
        _checkpoint = new TestCheckpoint(weights);
        Options = new BlockPruneEstimator.Options
        {
            ModelPath = _checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(0.7),
            BatchSize = 4,
        };
    }

    public MLContext Ml { get; } = new(seed: 1);

    public BlockPruneEstimator.Options Options { get; }

    public NetworkWeights Weights => _checkpoint.Weights;

    /// <summary>Images with key labels.</summary>
    public IDataView Data(int rows) => Keyed(TestImages.PixelsRows(rows, Labels));

    public IDataView Keyed(List<PixelsRow> rows)
    {
        var data = Ml.Data.LoadFromEnumerable(rows);
        return Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    public SparseViTTransformer Fit(IDataView data) => Ml.Transforms.PruneBlocks(Options).Fit(data);

    public void Dispose() => _checkpoint.Dispose();
}
