using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a run must agree in with the one that it goes on from, each part under a name that people know.</summary>
/// <remarks>
/// Not among it: the number of threads, which changes the last bits alone; fine-tuning, whose state has an identity of its own; images that
/// no step of pruning sees.
/// </remarks>
internal static class RunIdentity
{
    /// <summary>The options, the library and the device: all that needs neither network nor images.</summary>
    public static SortedDictionary<string, string> Of(PruneRequest request) => new(StringComparer.Ordinal)
    {
        [nameof(request.Budget)] = string.Join(" and ", request.Budget.Parts.Select(TextOf)),
        [nameof(request.Criterion)] = request.Criterion.ToString(),
        [nameof(request.Allocation)] = request.Allocation.ToString(),
        [nameof(request.Basis)] = request.Basis.ToString(),
        [nameof(request.Refit)] = request.Refit.ToString(),
        [nameof(request.Shots)] = Text(request.Shots),
        [nameof(request.Block)] = request.Block.ToString(),
        [nameof(request.WeightFormat)] = request.WeightFormat.ToString(),
        [nameof(request.Format)] = request.Format.ToString(),
        [nameof(request.LayerFloor)] = Text(request.LayerFloor),
        [nameof(request.LayerFloors)] = ByLayer(request.LayerFloors),
        [nameof(request.LayerBlocks)] = ByLayer(request.LayerBlocks),
        [nameof(request.LayersToKeepDense)] = string.Join(", ", (request.LayersToKeepDense ?? []).Order(StringComparer.Ordinal)),
        [nameof(request.CalibrationLabels)] = request.CalibrationLabels.ToString(),
        ["seed"] = Text(request.Seed),
        ["training device"] = TorchDevice.Current.IsCpu ? "cpu" : "cuda",
        ["library version"] = typeof(RunIdentity).Assembly.GetName().Version!.ToString(),
    };

    /// <summary>The same with the network's layers, not their numbers: what times depend on.</summary>
    public static SortedDictionary<string, string> Of(PruneRequest request, NetworkSpec spec)
    {
        var identity = Of(request);
        string layers = string.Join('\n', spec.PrunableLinears.Select(linear => linear.ToString()));
        identity["layers of the dense network"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(layers)));
        return identity;
    }

    /// <summary>The same with network and images, as SHA-256 of their numbers.</summary>
    public static SortedDictionary<string, string> Of(PruneRequest request, NetworkWeights dense, CalibrationSet images)
    {
        var identity = Of(request, dense.Spec);
        identity["dense network"] = FineTuneIdentity.Hash(dense.Tensors.Select(tensor => tensor.Values));
        identity["calibration images"] = FineTuneIdentity.Hash(images);
        return identity;
    }

    private static string TextOf(BudgetPart part) => string.Join(
        ' ',
        new[] { part.Unit.ToString(), Text(part.Keep), part.Energy?.ToString() }.OfType<string>()
            .Concat(part.Latency is { } time ? [$"batch {Text(time.BatchSize)}, {Text(time.Threads)} threads"] : []));

    private static string ByLayer<T>(IReadOnlyDictionary<string, T>? values)
        where T : notnull => string.Join(
            ", ", (values ?? new Dictionary<string, T>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => $"{layer.Key}={Text(layer.Value)}"));

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
