using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>A model's report as a page: what is left of each layer, and which answers are other ones.</summary>
internal static class ModelPage
{
    private const int NamedClasses = 10;

    public static string Write(ModelReport report) => ReportPage.Write($"Pruned model {report.Name}", page => Append(page, report));

    /// <summary>Appends to the page of a sweep.</summary>
    public static void Append(Markup page, ModelReport report)
    {
        if (report.HeldOut is { } heldOut)
        {
            page.Element("p", ReportTables.Sentence(heldOut));
        }

        AppendInput(page, report);
        AppendBars(page, report.Layers);
        MaskPictures.Append(page, report.Layers);
        if (report.Answers is { } answers)
        {
            AnswerPage.Append(page, answers, report.Examples);
        }

        if (report.Pruning is { } pruning)
        {
            AppendPruning(page, pruning);
        }
    }

    private static void AppendInput(Markup page, ModelReport report)
    {
        if (report.Preprocessing.Count > 0)
        {
            page.Element("h3", "Preprocessing");
            ReportPage.AppendTable(page, PreprocessingWords.Table(report.Preprocessing), kindOf: _ => "words");
        }

        if (report.Classes.Count > 0)
        {
            page.Open("details").Element("summary", $"Classes: {ClassWords.Some(report.Classes, NamedClasses)}");
            ReportPage.AppendTable(page, ClassWords.Table(report.Classes));
            page.Close();
        }
    }

    private static void AppendBars(Markup page, IReadOnlyList<KeptLayer> layers)
    {
        page.Element("h3", "Kept blocks by layer").Open("div", ("class", "bars"));
        foreach (var layer in layers)
        {
            string counted = FormattableString.Invariant($"{layer.Kept} of {layer.Total} blocks of {layer.Block}");
            page.Open("div", ("class", "bar"), ("title", counted));
            page.Element("span", layer.Name, ("class", "name"));
            page.Open("div", ("class", "track")).Element(
                "div", "", ("class", "fill"), ("style", $"width:{Markup.Number(100 * layer.Share)}%")).Close();
            page.Element("span", ReportTables.Percent(layer.Share), ("class", "share")).Close();
        }

        page.Close();
    }

    private static void AppendPruning(Markup page, PruneReport pruning)
    {
        page.Element("h3", "Pruning");
        foreach (string sentence in ReportTables.Sentences(pruning))
        {
            page.Element("p", sentence);
        }

        ReportPage.AppendTable(page, ReportTables.Network(pruning));
        page.Open("details").Element("summary", "All figures by layer");
        ReportPage.AppendTable(page, ReportTables.Layers(pruning, ReportTables.Kept));
        page.Element("p", ReportTables.Legend, ("class", "muted")).Close();
        if (pruning.Notes.Count > 0)
        {
            page.Element("h3", "Notes");
            ReportPage.AppendList(page, pruning.Notes);
        }
    }
}
