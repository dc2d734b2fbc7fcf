using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>A model's report as Markdown, without pictures.</summary>
internal static class ModelReportMarkdown
{
    public static string Write(ModelReport report)
    {
        var text = new MarkdownText().Heading(1, $"Pruned model {report.Name}");
        Append(text, report);
        return text.ToString();
    }

    /// <summary>What the network makes of pixels and names.</summary>
    public static void Append(
        MarkdownText text, IReadOnlyList<ClassReport> classes, IReadOnlyList<PreprocessingReport> preprocessing)
    {
        if (preprocessing.Count > 0)
        {
            text.Heading(3, "Preprocessing").Table(PreprocessingWords.Table(preprocessing));
        }

        if (classes.Count > 0)
        {
            text.Heading(3, "Classes").Table(ClassWords.Table(classes));
        }
    }

    /// <summary>Appends to the report of a sweep.</summary>
    public static void Append(MarkdownText text, ModelReport report)
    {
        if (report.HeldOut is { } heldOut)
        {
            text.Paragraph(ReportTables.Sentence(heldOut));
        }

        Append(text, report.Classes, report.Preprocessing);
        text.Heading(3, "Layers").Table(
        [
            ["layer", "block", "kept", "of", "share"],
            .. report.Layers.Select(layer => new[]
            {
                layer.Name, layer.Block.ToString(), FormattableString.Invariant($"{layer.Kept}"),
                FormattableString.Invariant($"{layer.Total}"), ReportTables.Percent(layer.Share),
            }),
        ]);
        if (report.Answers is { } answers)
        {
            text.Heading(3, "Changed answers").Paragraph(AnswerWords.Summary(answers));
            if (answers.HasTruth && answers.Changed.Count > 0)
            {
                text.Table(AnswerWords.Confusions(answers));
            }

            text.List(report.Examples.Select(answer => AnswerWords.Sentence(answers, answer)));
        }

        if (report.Pruning is { } pruning)
        {
            text.Heading(3, "Pruning");
            foreach (string sentence in ReportTables.Sentences(pruning))
            {
                text.Paragraph(sentence);
            }

            text.Table(ReportTables.Network(pruning)).Table(ReportTables.Layers(pruning, ReportTables.Kept)).Paragraph(ReportTables.Legend);
            text.List(pruning.Notes);
        }
    }
}
