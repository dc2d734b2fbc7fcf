using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>What all trials of a sweep share of the options. Plain data, which other processes read.</summary>
internal sealed record SweepMethod : ITrialMethod
{
    public required PruneAllocation Allocation { get; init; }

    public required CalibrationLabels CalibrationLabels { get; init; }

    public required int Shots { get; init; }

    public required double LayerFloor { get; init; }

    public IReadOnlyDictionary<string, double>? LayerFloors { get; init; }

    public IReadOnlyDictionary<string, BlockShape>? LayerBlocks { get; init; }

    public IReadOnlyCollection<string>? LayersToKeepDense { get; init; }

    public FineTuneOptions? FineTuning { get; init; }

    private const string FileName = "method.json";

    public static SweepMethod Of(BlockPruneEstimator.Options options) => new()
    {
        Allocation = options.Allocation,
        CalibrationLabels = options.CalibrationLabels,
        Shots = options.Shots,
        LayerFloor = options.LayerFloor,
        LayerFloors = options.LayerFloors,
        LayerBlocks = options.LayerBlocks,
        LayersToKeepDense = options.LayersToKeepDense,
        FineTuning = options.FineTuning,
    };

    /// <exception cref="InvalidDataException">The file is damaged; names it.</exception>
    public static SweepMethod Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return SweepJson.Read<SweepMethod>(SweepJson.Parse(File.ReadAllBytes(path)));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The sweep's file '{path}' is damaged: {error.Message}", error);
        }
    }

    public void Write(string folder) =>
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SweepJson.Form));

    public IBlockCriterion CriterionOf(string name) => PruneMethods.CriterionOf(Enum.Parse<PruneCriterion>(name), CalibrationLabels);

    public PruneMethod MethodOf(IBlockCriterion criterion, string refit) => PruneMethods.Of(
        new BlockPruneEstimator.Options { Allocation = Allocation, Shots = Shots, Refit = Enum.Parse<PruneRefit>(refit) }, criterion);

    public LayerRules RulesOf(BlockShape block) => new(block, LayerFloor, LayerBlocks, LayerFloors, LayersToKeepDense);

    public FineTuneOptions FineTuningOf(int epochs)
    {
        var options = FineTuning?.Copy() ?? new FineTuneOptions();
        options.Epochs = epochs;
        return options;
    }

    /// <summary>All that a result depends on besides network, images, seed and the trial itself, for the identity of a sweep.</summary>
    public override string ToString() => string.Join(
        "; ",
        [
            $"{Allocation}, {CalibrationLabels}",
            string.Create(CultureInfo.InvariantCulture, $"shots {Shots}, floor {LayerFloor}"),
            .. (LayerFloors ?? new Dictionary<string, double>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Key} floor {layer.Value}")),
            .. (LayerBlocks ?? new Dictionary<string, BlockShape>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => $"{layer.Key} block {layer.Value}"),
            .. (LayersToKeepDense ?? []).Order(StringComparer.Ordinal).Select(layer => $"{layer} dense"),
            .. FineTuning is null ? Array.Empty<string>() : ["fine-tuning " + JsonSerializer.Serialize(FineTuningOf(epochs: 1))],
        ]);
}
