using Microsoft.ML.BlockPruning.Reporting.Plots;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>A sweep's report as a page: the answer first, then what it was chosen from.</summary>
internal static class SweepPage
{
    public static string Write(SweepReport report) => ReportPage.Write("Sweep of pruned networks", page =>
    {
        page.Open("section", ("class", "answer"));
        foreach (string sentence in SweepWords.Answer(report))
        {
            page.Element("p", sentence);
        }

        page.Close();
        AppendPlots(page, report);
        page.Element("h2", "Trials");
        ReportPage.AppendTable(page, SweepWords.Trials(report), row => row[^1] is "recommended" or "failed" ? row[^1] : "");
        page.Element("p", SweepWords.Legend, ("class", "muted"));
        if (report.Importance is { } importance)
        {
            page.Element("h2", ImportanceWords.Heading);
            ReportPage.AppendTable(page, ImportanceWords.Table(importance), _ => "");
            page.Element("p", ImportanceWords.Legend(importance), ("class", "muted"));
        }

        AppendAsList(page, "Failed trials", SweepWords.Failures(report));
        AppendAsList(page, "Trials stopped early", SweepWords.Stops(report));
        AppendAsList(page, "Notes", report.Notes);
        if (report.Model is { } model)
        {
            page.Element("h2", $"The model: {model.Name}");
            ModelPage.Append(page, model);
        }

        AppendAsList(page, "Machine and versions", report.Origin);
    });

    private static void AppendPlots(Markup page, SweepReport report)
    {
        if (report.Recommended is null)
        {
            return;
        }

        page.Open("div", ("class", "plots"));
        foreach (var (_, plot) in SweepPlots.Of(report))
        {
            plot.AppendTo(page);
        }

        page.Close();
        page.Element("p", "The number beside a point is the kept fraction of the multiply-adds.", ("class", "muted"));
    }

    private static void AppendAsList(Markup page, string heading, IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            page.Element("h2", heading);
            ReportPage.AppendList(page, items);
        }
    }
}
