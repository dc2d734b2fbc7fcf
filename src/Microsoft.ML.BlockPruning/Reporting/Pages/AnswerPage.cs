using System.Globalization;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>Where two networks answer differently, on a page: confusions and images.</summary>
internal static class AnswerPage
{
    public static void Append(Markup page, AnswerComparison answers, IReadOnlyList<ChangedAnswer> examples)
    {
        page.Element("h3", "Changed answers").Element("p", AnswerWords.Summary(answers));
        if (answers.HasTruth && answers.Changed.Count > 0)
        {
            page.Element("h3", "Confusions, pruned less dense");
            AppendConfusions(page, answers);
        }

        if (examples.Count == 0)
        {
            return;
        }

        page.Element("h3", "Images whose answer changed");
        page.Element("p", "Those of which the pruned network is surest.", ("class", "muted"));
        page.Open("div", ("class", "examples"));
        foreach (var example in examples)
        {
            AppendExample(page, answers, example);
        }

        page.Close();
    }

    private static void AppendConfusions(Markup page, AnswerComparison answers)
    {
        int classes = answers.ClassNames.Count;
        if (classes > AnswerWords.MostClasses)
        {
            ReportPage.AppendTable(page, AnswerWords.Confusions(answers));
            return;
        }

        int[,] difference = answers.ConfusionDifference();
        double most = Math.Max(1, difference.Cast<int>().Max(Math.Abs));
        page.Open("div", ("class", "wide"), ("tabindex", "0")).Open("table", ("class", "confusion"));
        page.Open("tr").Element("th", "class \\ answer");
        foreach (int answer in Enumerable.Range(0, classes))
        {
            page.Element("th", Text(answer + 1), ("title", answers.ClassNames[answer]));
        }

        page.Close();
        for (int truth = 0; truth < classes; truth++)
        {
            page.Open("tr").Element("th", $"{Text(truth + 1)} {answers.ClassNames[truth]}");
            for (int answer = 0; answer < classes; answer++)
            {
                AppendCell(page, difference[truth, answer], truth == answer, most);
            }

            page.Close();
        }

        page.Close().Close();
        page.Element(
            "p",
            "Rows: the class. Columns: the answer. The number: by how many images it became more or fewer. Framed: right answers.",
            ("class", "muted"));
    }

    // More right answers and fewer wrong ones are good.
    private static void AppendCell(Markup page, int value, bool isRight, double most)
    {
        string colour = (value > 0) == isRight ? "good" : "bad";
        string depth = Markup.Number(10 + (45 * Math.Abs(value) / most));
        (string, string)[] style = value == 0
            ? [] : [("style", $"background:color-mix(in srgb,var(--{colour}) {depth}%,transparent)")];
        (string, string)[] frame = isRight ? [("class", "same")] : [];
        page.Element("td", value == 0 ? "·" : AnswerWords.Signed(value), [.. style, .. frame]);
    }

    private static void AppendExample(Markup page, AnswerComparison answers, ChangedAnswer example)
    {
        page.Open("figure");
        page.Empty("img", ("src", ReportPage.DataUri(example.Png)), ("alt", AnswerWords.Sentence(answers, example)));
        page.Open("figcaption");
        if (example.Truth is { } truth)
        {
            page.Element("b", answers.ClassNames[truth]);
        }

        AppendAnswer(page, "dense", answers.ClassNames[example.Dense], example.DenseProbability, example.Truth == example.Dense);
        AppendAnswer(page, "pruned", answers.ClassNames[example.Pruned], example.PrunedProbability, example.Truth == example.Pruned);
        page.Close().Close();
    }

    private static void AppendAnswer(Markup page, string network, string answer, double probability, bool isRight)
    {
        page.Empty("br").Text($"{network}: ");
        string text = string.Create(CultureInfo.InvariantCulture, $"{answer} ({100 * probability:0}\u00a0%)");
        page.Element("span", text, ("class", isRight ? "right" : "wrong"));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
