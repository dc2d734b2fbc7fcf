using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>Which choices of a sweep matter, as a table and in plain words.</summary>
internal static class ImportanceWords
{
    public const string Heading = "What mattered";

    /// <summary>One row a dimension, the first row their heads.</summary>
    public static IReadOnlyList<string[]> Table(SweepImportance importance) =>
    [
        ["varied", "of top-1", "at equal keep", "of KL", "at equal keep"],
        .. importance.Dimensions.Select(one => new[]
        {
            NameOf(one.Dimension), Percent(one.Top1), Percent(one.Top1AtEqualKeep), Percent(one.Kl), Percent(one.KlAtEqualKeep),
        }),
        .. importance is { Top1Together: { } top1, KlTogether: { } kl }
            ? [["only together", Percent(top1), "-", Percent(kl), "-"]]
            : Array.Empty<string[]>(),
    ];

    /// <summary>What the table means.</summary>
    public static string Legend(SweepImportance importance) => string.Create(
        CultureInfo.InvariantCulture,
        $"How much of the differences between {importance.Trials} trials goes by each choice alone: share of the variance of top-1 and of ")
        + "KL that the means of its values have (functional ANOVA, first order; Hutter et al., ICML 2014). At equal keep: of the variance "
        + "that is left between trials that keep the same fraction. A large share says that the choice matters among the values that were "
        + "tried, not which of them is best. "
        + (importance.IsFullGrid
            ? "Only together: what depends on combinations. All combinations were tried, so shares are exact."
            : "Not all combinations were tried, so choices that were varied together share what they explain.");

    private static string NameOf(SweepDimension dimension) => dimension switch
    {
        SweepDimension.Keep => "kept fraction",
        SweepDimension.Block => "block",
        SweepDimension.Criterion => "criterion",
        SweepDimension.Refit => "refit",
        SweepDimension.FineTuneEpochs => "epochs of fine-tuning",
        _ => dimension.ToString(),
    };

    private static string Percent(double? share) => share is { } known ? ReportTables.Percent(known) : "-";
}
