using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Tests.Reporting;

/// <summary>One report in every form says one thing: what JSON holds, text, Markdown and page show.</summary>
[TestClass]
public sealed partial class ReportAgreementTests
{
    private static readonly PruneReport Report = TestReports.Create();
    private static readonly JsonNode Json = JsonNode.Parse(Report.ToJson())!;

    public static IEnumerable<string> Forms => ["text", "markdown", "html", "model markdown"];

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void Preprocessing_IsShownWithItsOrigins(string form)
    {
        string text = Text(form);
        foreach (var step in Json["preprocessing"]!.AsArray())
        {
            StringAssert.Contains(text, step!["value"]!.GetValue<string>(), StringComparison.Ordinal);
            StringAssert.Contains(text, step["origin"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void Classes_AreShownWithWhatTheImagesCallThem(string form)
    {
        string text = Text(form);
        foreach (var one in Json["classes"]!.AsArray())
        {
            StringAssert.Contains(text, one!["name"]!.GetValue<string>(), StringComparison.Ordinal);
            StringAssert.Contains(text, one["label"]?.GetValue<string>() ?? "", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void HeldOutImages_HaveOneNameAndOneSetOfFigures(string form)
    {
        var heldOut = Json["network"]!["heldOut"]!;
        string percent(string field) => Percent(heldOut[field]!.GetValue<double>());

        // The same sentence wherever it stands, and no other count of images beside it.
        string[] sentences = [.. HeldOut().Matches(Text(form)).Select(match => match.Value).Distinct()];

        string sentence = sentences.Single();
        StringAssert.Contains(sentence, $"On {heldOut["images"]} held-out images {heldOut["origin"]}", StringComparison.Ordinal);
        string kl = heldOut["klDivergence"]!.GetValue<double>().ToString("0.000", CultureInfo.InvariantCulture);
        StringAssert.Contains(sentence, $"{kl} nats", StringComparison.Ordinal);
        StringAssert.Contains(sentence, $"best class for {percent("top1Agreement")}", StringComparison.Ordinal);
        StringAssert.Contains(sentence, $"top-1 {percent("prunedTop1")}, dense {percent("denseTop1")}", StringComparison.Ordinal);
    }

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void KeptBlocks_AreTheSame(string form)
    {
        string text = Text(form);
        int kept = Json["network"]!["keptBlocks"]!.GetValue<int>(), total = Json["network"]!["totalBlocks"]!.GetValue<int>();

        StringAssert.Contains(text, $"kept {kept} of {total} blocks ({Percent((double)kept / total)})", StringComparison.Ordinal);
    }

    /// <summary>Escapes taken back, so that the words can be compared.</summary>
    private static string Text(string form) => form switch
    {
        "text" => Report.ToText(),
        "markdown" => Unescape(Report.ToMarkdown()),
        "model markdown" => Unescape(ModelReport.Of(Report).ToMarkdown()),
        _ => new PageDocument(Report.ToHtml()).Text,
    };

    private static string Unescape(string markdown) => markdown.Replace("\\", "", StringComparison.Ordinal);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    [GeneratedRegex(
        @"On \d+ held-out images [^:]*: KL\(dense \|\| pruned\) [\d.]+ nats, "
        + @"the same best class for [\d.]+ %; top-1 [\d.]+ %, dense [\d.]+ %")]
    private static partial Regex HeldOut();
}
