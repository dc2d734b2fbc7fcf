using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>What a result depends on besides network, images, seed and the trial itself, as a sweep's identity has it.</summary>
internal static class MethodText
{
    /// <summary>Of what all trials share: what changes no figure at its default says nothing.</summary>
    /// <param name="shared">The request; what trials choose does not count.</param>
    public static string Of(PruneRequest shared) => string.Join(
        "; ",
        [
            $"{shared.Allocation}, {shared.CalibrationLabels}, basis {shared.Basis}, equal images",
            string.Create(CultureInfo.InvariantCulture, $"shots {shared.Shots}, floor {shared.LayerFloor}"),
            .. (shared.LayerFloors ?? new Dictionary<string, double>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Key} floor {layer.Value}")),
            .. (shared.LayerBlocks ?? new Dictionary<string, BlockShape>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => $"{layer.Key} block {layer.Value}"),

            // Counted: before sweeps took every budget, the cost of dense layers was left out of theirs.
            .. (shared.LayersToKeepDense ?? []).Order(StringComparer.Ordinal).Select(layer => $"{layer} dense, counted"),
            .. IsPlain(shared.Budget) ? Array.Empty<string>() : [$"keeping {shared.Budget.Keeping(1)}"],
            .. shared.WeightFormat == NumberFormat.Float32 ? Array.Empty<string>() : [$"weights in {shared.WeightFormat}"],
            .. shared.Format == FormatRequest.Float32 ? Array.Empty<string>() : [$"products in {shared.Format}"],
            .. shared.NumberOfTorchThreads is { } threads
                ? [string.Create(CultureInfo.InvariantCulture, $"libtorch on {threads} thread{(threads == 1 ? "" : "s")}")]
                : Array.Empty<string>(),
            .. shared.FineTuning is null
                ? Array.Empty<string>()
                : ["fine-tuning " + JsonSerializer.Serialize(shared.FineTuning.For(epochs: 1))],
        ]);

    private static bool IsPlain(BudgetRequest budget) => budget.Parts is [{ Unit: BudgetUnit.MultiplyAdds }];
}
