using Microsoft.ML.BlockPruning.Reporting.Pages;
using Microsoft.ML.BlockPruning.Reporting.Text;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What one pruning kept, what it cost in accuracy and what it saved: by layer and as a whole. Immutable.</summary>
/// <remarks>
/// Times are of the machine that pruned, in the moment it did; all else is the same for the same input and seed. What a figure could not
/// be told is null, and <see cref="Notes"/> says why.
/// </remarks>
public sealed class PruneReport
{
    /// <summary>What was asked for, and what it ran on.</summary>
    public required ReportSettings Settings { get; init; }

    /// <summary>The network as a whole.</summary>
    public required NetworkReport Network { get; init; }

    /// <summary>The prunable layers in forward order.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>The classes in the dense network's order, and what the images call them.</summary>
    /// <value>Empty in a report of before this was told.</value>
    public IReadOnlyList<ClassReport> Classes { get; init; } = [];

    /// <summary>What is done to an image first, and who says so; empty in a report of before this was told.</summary>
    public IReadOnlyList<PreprocessingReport> Preprocessing { get; init; } = [];

    /// <summary>Wall time of each stage that ran, in order.</summary>
    public required IReadOnlyList<StageReport> Stages { get; init; }

    /// <summary>What a reader should know besides the figures: fallbacks, surprises, what is missing and how to get it.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Reads a report as <see cref="ToJson"/> writes it.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The report.</returns>
    /// <exception cref="InvalidDataException">It is no report, of another version, or has a field too many or too few.</exception>
    public static PruneReport FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return PruneReportJson.Parse(json);
    }

    /// <summary>The report for programs.</summary>
    /// <returns>Indented JSON, names in camelCase.</returns>
    public string ToJson() => PruneReportJson.Write(this);

    /// <summary>The report for a page.</summary>
    /// <returns>Markdown; lines end in <c>\n</c>, numbers are in the invariant culture.</returns>
    public string ToMarkdown() => PruneReportMarkdown.Write(this);

    /// <summary>The report to look at.</summary>
    /// <returns>HTML that needs no other file and no network, light or dark as the reader's system is; lines end in <c>\n</c>.</returns>
    public string ToHtml() => ModelReport.Of(this).ToHtml();

    /// <summary>The report for a console.</summary>
    /// <returns>Plain text in columns with a bar per layer; lines end in <c>\n</c>, numbers are in the invariant culture.</returns>
    public string ToText() => PruneReportText.Write(this);

    /// <inheritdoc/>
    public override string ToString() => ToText();
}
