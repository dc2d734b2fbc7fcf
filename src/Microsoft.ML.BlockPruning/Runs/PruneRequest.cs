using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>How a network is to be pruned: plain data, which other processes read. Images and network are not in it.</summary>
internal sealed record PruneRequest
{
    /// <summary>Name of the dense network's file, without its folder; for the report alone.</summary>
    public string Network { get; init; } = "";

    /// <summary>How much is kept.</summary>
    public BudgetRequest Budget { get; init; } = BudgetRequest.Of(BudgetUnit.MultiplyAdds, 0.5);

    public PruneCriterion Criterion { get; init; }

    public PruneAllocation Allocation { get; init; }

    public PruneRefit Refit { get; init; }

    public PruneBasis Basis { get; init; }

    /// <summary>At least 1.</summary>
    public int Shots { get; init; } = 1;

    /// <summary>The weight tile of every layer that <see cref="LayerBlocks"/> does not name.</summary>
    public BlockShape Block { get; init; } = new(16, 16);

    /// <summary>The format that the weights of the pruned network are stored in.</summary>
    public NumberFormat WeightFormat { get; init; }

    /// <summary>In what numbers the processor multiplies the pruned network's layers.</summary>
    public FormatRequest Format { get; init; } = FormatRequest.Float32;

    /// <summary>Fraction of its blocks that a layer keeps at least, in [0, 1], where <see cref="LayerFloors"/> does not name it.</summary>
    public double LayerFloor { get; init; }

    public IReadOnlyDictionary<string, double>? LayerFloors { get; init; }

    public IReadOnlyDictionary<string, BlockShape>? LayerBlocks { get; init; }

    /// <summary>Layers that lose nothing.</summary>
    public IReadOnlyCollection<string>? LayersToKeepDense { get; init; }

    public CalibrationLabels CalibrationLabels { get; init; }

    /// <summary>Null: the network is not trained after the refit.</summary>
    public FineTuneOptions? FineTuning { get; init; }

    /// <summary>Threads that score, and libtorch's while the run lasts; null: one per logical processor.</summary>
    public int? NumberOfThreads { get; init; }

    /// <summary>libtorch's threads where they are others than those that score, of which its last bits depend; null: the same.</summary>
    public int? NumberOfTorchThreads { get; init; }

    /// <summary>Seeds all that is drawn.</summary>
    public long Seed { get; init; }

    /// <summary>The same number where none was asked for.</summary>
    [JsonIgnore]
    public int Threads => NumberOfThreads ?? Environment.ProcessorCount;

    /// <summary>Blocks and floors by layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A floor is outside [0, 1] or a block is empty; names the layer.</exception>
    public LayerRules LayerRules() => new(Block, LayerFloor, LayerBlocks, LayerFloors, LayersToKeepDense);
}
