using System.Globalization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>The cells of the report's tables, the first row their heads: what Markdown and the console have in common.</summary>
internal static class ReportTables
{
    private const string Missing = "-";
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Dense beside pruned.</summary>
    public static IReadOnlyList<string[]> Network(PruneReport report)
    {
        var (dense, pruned) = (report.Network.Dense, report.Network.Pruned);
        return
        [
            ["per image", "dense", "pruned", "pruned / dense"],
            Row("million multiply-adds", dense.MultiplyAdds / 1e6, pruned.MultiplyAdds / 1e6),
            Row("weights in MB", dense.WeightBytes / 1e6, pruned.WeightBytes / 1e6),
            Row("energy in microjoules, modelled", dense.EnergyMicrojoules, pruned.EnergyMicrojoules),
            Row("ms at batch 1, measured", dense.Milliseconds, pruned.Milliseconds),
        ];
    }

    /// <summary>One row a layer.</summary>
    /// <param name="report">The report.</param>
    /// <param name="keptOf">The cell of the kept blocks.</param>
    public static IReadOnlyList<string[]> Layers(PruneReport report, Func<LayerReport, string> keptOf) =>
    [
        ["layer", "out x in", "block", "kept", "predicted", "measured", "M MACs", "kB", "uJ", "ms", "ms dense"],
        .. report.Layers.Select(layer => new[]
        {
            layer.Name, Text($"{layer.OutFeatures}x{layer.InFeatures}"), layer.Block.ToString(), keptOf(layer),
            Number(layer.PredictedDistortion), Number(layer.MeasuredDistortion), Number(layer.Pruned.MultiplyAdds / 1e6),
            Number(layer.Pruned.WeightBytes / 1e3), Number(layer.Pruned.EnergyMicrojoules), Number(layer.Pruned.Milliseconds),
            Number(layer.Dense.Milliseconds),
        }),
    ];

    /// <summary>What the whole came to, in sentences.</summary>
    public static IEnumerable<string> Sentences(PruneReport report)
    {
        var (settings, network) = (report.Settings, report.Network);
        yield return string.Create(
            Invariant,
            $"{settings.Network}: kept {network.KeptBlocks} of {network.TotalBlocks} blocks ({Percent(Share(network))}); "
            + $"asked for {settings.Budget} in blocks of {settings.Block}, "
            + $"{settings.CalibrationImages} calibration images, seed {settings.Seed}.");
        yield return string.Create(
            Invariant,
            $"Criterion {settings.Criterion}, basis {settings.Basis ?? nameof(PruneBasis.Original)}, allocation {settings.Allocation}, "
            + $"refit {settings.Refit}, shots {settings.Shots}.");
        if (settings.WeightFormat != NumberFormat.Float32)
        {
            yield return $"The pruned network's weights are stored in {settings.WeightFormat}, the dense one's in Float32.";
        }

        yield return Text($"Predicted distortion: {Number(network.PredictedDistortion)}, in the criterion's unit.");
        if (network.HeldOut is { } heldOut)
        {
            yield return Sentence(heldOut);
        }

        yield return "Seconds: " + string.Join(", ", report.Stages.Select(stage => Text($"{stage.Name} {stage.Seconds:0.0}"))) + ".";
        yield return string.Create(
            Invariant,
            $"Times: {settings.Threads} threads, kernel {settings.Kernel}, {settings.Machine}, {settings.Runtime}. "
            + $"Energy: {settings.EnergyModel}. Library {settings.LibraryVersion}, TorchSharp {settings.TorchSharpVersion}.");
    }

    /// <summary>The two networks on images that pruning did not see.</summary>
    public static string Sentence(HeldOutReport heldOut)
    {
        string top1 = heldOut is { DenseTop1: { } dense, PrunedTop1: { } pruned }
            ? Text($"; top-1 {Percent(pruned)}, dense {Percent(dense)}") : "";
        return string.Create(
            Invariant,
            $"On {heldOut.Images} {Kind(heldOut)}: KL(dense || pruned) {Number(heldOut.KlDivergence)} nats, "
            + $"the same best class for {Percent(heldOut.Top1Agreement)}{top1}.");
    }

    /// <summary>What the images of a comparison are.</summary>
    public static string Kind(HeldOutReport heldOut) => heldOut.Origin is null ? "held-out images" : $"held-out images {heldOut.Origin}";

    /// <summary>The kept blocks of a layer, as a cell.</summary>
    public static string Kept(LayerReport layer) => Text($"{layer.KeptBlocks} of {layer.TotalBlocks}, {Percent(Share(layer))}");

    /// <summary>The meaning of the layers' columns.</summary>
    public static string Legend =>
        "predicted: importance of the removed blocks, in the criterion's unit; measured: share of the layer's target that the refit "
        + "leaves; M MACs, kB, uJ and ms: what is left.";

    public static string Percent(double share) => Text($"{share * 100:0.0} %");

    public static double Share(LayerReport layer) => Share(layer.KeptBlocks, layer.TotalBlocks);

    private static double Share(NetworkReport network) => Share(network.KeptBlocks, network.TotalBlocks);

    private static double Share(int kept, int total) => total == 0 ? 0 : (double)kept / total;

    private static string[] Row(string name, double? dense, double? pruned) =>
        [name, Number(dense), Number(pruned), Number(dense > 0 ? pruned / dense : null)];

    // Two digits that mean something at least, and an exponent only where a figure would be all zeros.
    public static string Number(double? value) => value switch
    {
        null => Missing,
        0 => "0",
        { } small when Math.Abs(small) < 0.001 => small.ToString("0.0e-0", Invariant),
        { } few when Math.Abs(few) < 0.01 => few.ToString("0.0000", Invariant),
        { } some when Math.Abs(some) < 10 => some.ToString("0.000", Invariant),
        { } large => large.ToString("#,0.0", Invariant),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
