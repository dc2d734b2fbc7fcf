using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Journal;

[TestClass]
public sealed class MethodTextTests
{
    // What a trial chooses, what stands elsewhere in a sweep's identity, and what changes no result.
    private static readonly string[] NotOfTheMethod =
        [nameof(PruneRequest.Network), nameof(PruneRequest.Criterion), nameof(PruneRequest.Refit), nameof(PruneRequest.Block),
            nameof(PruneRequest.Seed), nameof(PruneRequest.NumberOfThreads)];

    private static readonly Dictionary<string, PruneRequest> Changed = new()
    {
        [nameof(PruneRequest.Budget)] = new() { Budget = BudgetRequest.Of(BudgetUnit.Bytes, 1) },
        [nameof(PruneRequest.Allocation)] = new() { Allocation = PruneAllocation.Uniform },
        [nameof(PruneRequest.Basis)] = new() { Basis = PruneBasis.Original },
        [nameof(PruneRequest.NumberOfTorchThreads)] = new() { NumberOfTorchThreads = 1 },
        [nameof(PruneRequest.Shots)] = new() { Shots = 2 },
        [nameof(PruneRequest.WeightFormat)] = new() { WeightFormat = NumberFormat.BFloat16 },
        [nameof(PruneRequest.Format)] = new() { Format = new FormatRequest(ProductFormat.Int8, 0.1) },
        [nameof(PruneRequest.LayerFloor)] = new() { LayerFloor = 0.25 },
        [nameof(PruneRequest.LayerFloors)] = new() { LayerFloors = new Dictionary<string, double> { ["a"] = 0.5 } },
        [nameof(PruneRequest.LayerBlocks)] = new() { LayerBlocks = new Dictionary<string, BlockShape> { ["a"] = new(8, 8) } },
        [nameof(PruneRequest.LayersToKeepDense)] = new() { LayersToKeepDense = ["a"] },
        [nameof(PruneRequest.CalibrationLabels)] = new() { CalibrationLabels = CalibrationLabels.Column },
        [nameof(PruneRequest.FineTuning)] = new() { FineTuning = new FineTuneOptions() },
    };

    /// <summary>An option that is forgotten here would let a journal of other results be resumed.</summary>
    [TestMethod]
    public void Text_ChangesWithEverythingThatAllTrialsShare()
    {
        string plain = MethodText.Of(new PruneRequest());
        var settable = typeof(PruneRequest).GetProperties().Where(property => property.CanWrite).Select(property => property.Name);

        CollectionAssert.AreEquivalent(settable.Except(NotOfTheMethod).ToArray(), Changed.Keys);
        foreach (var (name, request) in Changed)
        {
            Assert.AreNotEqual(plain, MethodText.Of(request), name);
        }
    }
}
