using System.Globalization;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a reader of the report should know besides its figures: fallbacks, surprises, what is missing.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="images">What was read.</param>
/// <param name="dense">The dense network.</param>
/// <param name="pruned">What pruning handed on.</param>
internal sealed class ReportNotes(
    PruneRequest request, CalibrationImages images, NetworkWeights dense, PrunedNetwork pruned)
{
    // Far above the nudge that keeps equal blocks in order, far below a difference that means anything.
    private const double EqualShare = 1e-9;

    /// <summary>The notes, in a fixed order.</summary>
    /// <param name="layers">The report's layers.</param>
    /// <param name="latency">The measured times; null where they could not be.</param>
    /// <param name="outcome">What came of a budget of time; null where there is none.</param>
    /// <param name="kernel">The compute kernel in use.</param>
    /// <param name="formats">In what numbers layers are multiplied, in words; null where all are float32.</param>
    public IEnumerable<string> All(
        IReadOnlyList<LayerReport> layers, ReportLatency? latency, LatencyOutcome? outcome, string kernel, string? formats = null)
    {
        IEnumerable<string?> notes =
        [
            .. dense.Notes,
            .. pruned.Notes,
            .. OfData(),
            OfEffectiveImages(),
            OfZeros(),
            pruned.Trace is null ? "The budget keeps every block: the network is the dense one, and nothing was rated or refitted." : null,
            outcome?.ToString(),
            List("No block is left in", layers.Where(layer => layer.KeptBlocks == 0).Select(layer => layer.Name), "only the bias remains."),
            List("Left dense by the budget of time:", LeftDense(), "to remove some of their blocks would lose more than it gains."),
            List("All blocks are equally important in", EquallyImportant(), "which of them went follows from their order."),
            List("Input features that are zero in every calibration image:", DeadInputs(), "their weights stay near the dense ones."),
            List("Units that were removed whole, with all that reads them:", DeadUnits(), "what they gave is in the biases."),
            List("Scoring on the processor leaves out", LeftOut(), "nothing reads it, and the scores are the same without it."),
            .. OfRefit(layers),
            formats,
            latency is null ? "No time was measured: there is not enough memory for a second copy of the layers." : null,
            latency is { Dense: null } ? "Neither the dense network nor layers were timed: a sweep times its pruned networks alone." : null,
            kernel == CpuKernels.All[0].Name ? null : $"Scoring runs on the kernel {kernel}; the fastest is {CpuKernels.All[0].Name}.",
        ];
        return notes.OfType<string>();
    }

    private IEnumerable<string?> OfData()
    {
        int count = images.Calibration.Count;
        int classes = dense.Spec.NumClasses;
        yield return count < classes
            ? $"There are {count} calibration images for {classes} classes: what is rare may be pruned unseen; give more images."
            : null;
        yield return images.Unlabelled > 0 ? $"{images.Unlabelled} calibration rows have no label and were left out." : null;
        yield return images.HeldOut is not null && images.AreSetAside
            ? $"The {images.HeldOut.Count} held-out images were set aside from the calibration images: if the network was trained on "
            + "those, it answers them better than new ones, dense and pruned. Give ValidationSet, test images, to know how it does on "
            + "others."
            : null;
        yield return images.HeldOutUnlabelled > 0
            ? $"{images.HeldOutUnlabelled} held-out images have no label, so top-1 was not measured on any."
            : null;
        yield return images.HeldOut is null
            ? "KL and agreement with the dense network were not measured: "
            + "set ValidationSet, or ValidationSetFraction (on the command line --held-out) to 0.1 or so."
            : null;
    }

    private string? OfZeros()
    {
        var rules = request.LayerRules();
        var grids = rules.GridsOf(rules.LayersOf(dense));
        var (all, zero) = (grids.TotalBlocks, grids.TotalBlocks - grids.KeptBlocks);
        return zero == 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"{zero} of {all} blocks were zero in the file: they went before any was rated.");
    }

    private string? OfEffectiveImages()
    {
        var layers = (pruned.Trace?.Selection.Importances ?? []).Where(layer => layer.EffectiveImages is not null).ToList();
        if (layers.Count == 0)
        {
            return null;
        }

        var least = layers.MinBy(layer => layer.EffectiveImages)!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"What blocks matter was weighed as by {layers.Average(layer => layer.EffectiveImages):F0} equally loud images of "
            + $"{images.Calibration.Count} on average, {least.EffectiveImages:F0} in {least.LayerName}.");
    }

    private IEnumerable<string?> OfRefit(IReadOnlyList<LayerReport> layers)
    {
        yield return request.Refit == PruneRefit.None
            ? "Nothing was refitted, so no distortion was measured by layer."
            : List(
                "Targets that do not vary on the calibration images:",
                layers.Where(layer => layer.MeasuredDistortion is null).Select(layer => layer.Name),
                "measured distortion has no meaning.");
        yield return List(
            "Training the layer as a whole did not help on held-out calibration images in", pruned.Trace?.Refit.LeftAsFitted ?? [],
            "it stays as least squares left it.");
        yield return request.Refit == PruneRefit.Reconstruction && images.Calibration.Count < LayerReconstruction.LeastImages
            ? $"There are {images.Calibration.Count} calibration images; to train layers as a whole takes "
            + $"{LayerReconstruction.LeastImages}, so the refit is by least squares alone."
            : null;
        yield return pruned.Trace?.Selection.Prediction is { } prediction
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The choice is predicted to cost {prediction.Fit:G3} nats on the images it was made by, "
                + $"{prediction.HeldOut:G3} on others.")
            : null;
        yield return request.FineTuning is null
            ? null
            : "Measured distortions are from before fine-tuning, the held-out figures from after it.";
    }

    private IEnumerable<string> LeftDense() => request.Budget.Latency is null || pruned.Trace is null
        ? []
        : pruned.Trace.Selection.Importances.Select(layer => layer.LayerName).Where(name => pruned.Plan[name] is null);

    private IEnumerable<string> EquallyImportant() =>
        from layer in pruned.Trace?.Selection.Importances ?? []
        let range = layer.Range
        where layer.Blocks.TotalBlocks > 1 && range.Most - range.Least <= EqualShare * Math.Abs(range.Most)
        select layer.LayerName;

    private IEnumerable<string> DeadInputs() =>
        from layer in dense.PrunableLayers
        let refits = pruned.Trace?.Refit.Outcomes
        where refits is not null && refits.TryGetValue(layer.Name, out var refit) && refit.DeadInputs > 0
        select $"{layer.Name} {refits[layer.Name].DeadInputs} of {layer.InFeatures}";

    // A unit is a row of the producer and a column of the consumer.
    private IEnumerable<string> DeadUnits() =>
        from coupling in UnitCoupling.Of(dense.Spec)
        let producer = pruned.Plan[coupling.Producer]
        let consumer = pruned.Plan[coupling.Consumer]
        where producer is not null && consumer is not null
        let dead = Enumerable.Range(0, consumer.Columns)
            .Count(unit => !KeepsRow(producer, coupling.FirstRow + unit) && !KeepsColumn(consumer, unit))
        where dead > 0
        select $"{coupling.Producer} {dead} of {consumer.Columns}";

    private IEnumerable<string> LeftOut() =>
        from branch in dense.Spec.Steps.OfType<BranchSpec>()
        let mask = pruned.Plan[branch.Second.Name]
        where mask is not null
        let live = LiveUnits.Of(branch, mask)
        where live.CutUnits > 0
        let heads = live.CutHeads > 0 ? $" with {live.CutHeads} of {live.CutHeads + live.Heads.Count} heads" : ""
        select $"{branch.First.Name} {live.CutUnits} of {mask.Columns} units{heads}";

    private static bool KeepsRow(BlockMask mask, int row) =>
        Enumerable.Range(0, mask.BlockColumns).Any(column => mask[row / mask.Shape.Height, column]);

    private static bool KeepsColumn(BlockMask mask, int column) =>
        Enumerable.Range(0, mask.BlockRows).Any(row => mask[row, column / mask.Shape.Width]);

    private static string? List(string what, IEnumerable<string> names, string consequence)
    {
        string list = string.Join(", ", names);
        return list.Length == 0 ? null : $"{what} {list}; {consequence}";
    }
}
