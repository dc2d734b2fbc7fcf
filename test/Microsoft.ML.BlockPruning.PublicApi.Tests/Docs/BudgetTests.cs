#pragma warning disable IDE0005 // An application lives outside our namespaces.

using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>The code of docs/choosing-a-budget.md, word for word (ReadmeTests compares).</summary>
[TestClass]
public sealed class BudgetTests
{
    [TestMethod]
    public void SeveralBudgetsAndFloors_HoldAsWritten()
    {
        using var folder = new NewcomersFolder();
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(Photo.ReadFolder("photos"));
        var photos = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(rows).Transform(rows);
        var options = Choose();
        options.LabelColumnName = null;

        using var network = ml.Transforms.PruneBlocks(options).Fit(photos);

        Assert.IsLessThanOrEqualTo(0.6 * network.DenseMultiplyAdds, network.MultiplyAdds);
        Assert.IsLessThanOrEqualTo(0.7 * network.DenseWeightBytes, network.WeightBytes);
        var layers = network.Layers.ToDictionary(layer => layer.Name);
        Assert.IsGreaterThanOrEqualTo(0.5 * layers["blocks.0.attn.qkv"].TotalBlocks, layers["blocks.0.attn.qkv"].KeptBlocks);
        Assert.AreEqual(layers["blocks.1.mlp.fc2"].DenseMultiplyAdds, layers["blocks.1.mlp.fc2"].MultiplyAdds);
        Assert.AreEqual(new BlockShape(32, 32), layers["blocks.1.attn.proj"].Block);
        Assert.IsTrue(network.Layers.All(layer => layer.KeptBlocks > 0));
    }

    /// <summary>Three seconds where the processor has energy counters, so it is compiled and not run.</summary>
    internal static (PruneBudget Energy, PruneBudget Latency) OfThisMachine()
    {
        EnergyModel measured = EnergyMeasurement.TryMeasure() ?? new EnergyModel();
        PruneBudget energy = PruneBudget.Energy(keep: 0.5, measured);
        PruneBudget latency = PruneBudget.Latency(keep: 0.6, batchSize: 1, numberOfThreads: 2);
        return (energy, latency);
    }

    private static BlockPruneEstimator.Options Choose()
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = "deit/model.safetensors",
            Budget = PruneBudget.All(PruneBudget.Flops(keep: 0.6), PruneBudget.Bytes(keep: 0.7)),
            LayerFloor = 0.1,
            LayerFloors = new Dictionary<string, double> { ["blocks.0.attn.qkv"] = 0.5 },
            LayersToKeepDense = ["blocks.1.mlp.fc2"],
            LayerBlocks = new Dictionary<string, BlockShape> { ["blocks.1.attn.proj"] = new(32, 32) },
        };
        return options;
    }
}
