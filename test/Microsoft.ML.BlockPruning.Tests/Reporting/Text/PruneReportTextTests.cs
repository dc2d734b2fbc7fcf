using System.Globalization;
using Microsoft.ML.BlockPruning.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Reporting.Text;

[TestClass]
public sealed class PruneReportTextTests
{
    [TestMethod]
    public void ToText_HasABarForEveryLayer_AndAllFigures()
    {
        string text = TestReports.Create().ToText();
        string[] lines = text.Split('\n');

        StringAssert.Contains(Line(lines, "blocks.0.attn.qkv"), "#########.  95.8 %", StringComparison.Ordinal); // 23 of 24 lost something
        StringAssert.Contains(Line(lines, "blocks.0.attn.qkv"), "1.2e-4", StringComparison.Ordinal);
        StringAssert.Contains(Line(lines, "blocks.0.attn.proj"), "..........   0.0 %", StringComparison.Ordinal);
        StringAssert.Contains(Line(lines, "blocks.0.attn.proj"), "12.3", StringComparison.Ordinal);
        StringAssert.Contains(Line(lines, "blocks.0.mlp.fc1"), "########## 100.0 %", StringComparison.Ordinal);
        StringAssert.Contains(Line(lines, "million multiply-adds"), "4,600.0", StringComparison.Ordinal);
        StringAssert.Contains(Line(lines, "ms at batch 1"), "0.588", StringComparison.Ordinal); // 12.5 / 21.25
        StringAssert.Contains(text, "KL(dense || pruned) 0.046 nats, the same best class for 95.3 %; top-1 79.0 %, dense 80.0 %.");
        StringAssert.Contains(text, "Calibrating 12.3, Refitting 1234.5");
        StringAssert.Contains(text, "note: three four\n", StringComparison.Ordinal);
        Assert.IsTrue(text.All(char.IsAscii));
    }

    [TestMethod]
    public void ToText_AlignsItsColumns()
    {
        string[] lines = TestReports.Create().ToText().Split('\n');

        var table = lines.SkipWhile(line => !line.StartsWith("layer ", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0);

        Assert.HasCount(1, table.Select(line => line.Length).Distinct());
        Assert.HasCount(4, table);
    }

    [TestMethod]
    public void ToMarkdown_EscapesWhatWouldBreakATable()
    {
        string[] lines = TestReports.Create().ToMarkdown().Split('\n');

        Assert.Contains("- one \\| two", lines);
        Assert.Contains("- three four", lines);
        StringAssert.Contains(lines[2], "deit\\|small.safetensors: kept 30 of 72 blocks (41.7 %)", StringComparison.Ordinal);
        string[] rows = [.. lines.Where(line => line.StartsWith("| blocks.", StringComparison.Ordinal))];
        Assert.HasCount(3, rows);
        StringAssert.Contains(rows[0], "| 23 of 24, 95.8 % |", StringComparison.Ordinal);
        string[] heads = [.. lines.Where(line => line.StartsWith("| layer ", StringComparison.Ordinal))];
        Assert.IsTrue(rows.All(row => row.Count(c => c == '|') == heads.Single().Count(c => c == '|')));
    }

    [TestMethod]
    public void Texts_WithoutMeasurements_ShowThatTheyAreMissing()
    {
        var report = TestReports.Create(isComplete: false);

        string line = Line(report.ToText().Split('\n'), "ms at batch 1");

        CollectionAssert.AreEqual(new[] { "-", "-", "-" }, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^3..]);
        Assert.DoesNotContain("held-out images:", report.ToMarkdown());
    }

    [TestMethod]
    public void Texts_DoNotDependOnTheCulture()
    {
        var report = TestReports.Create();
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        comma.NumberFormat.NegativeSign = "~";
        string[] expected = [report.ToText(), report.ToMarkdown(), report.ToJson()];
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = comma;

            CollectionAssert.AreEqual(expected, new[] { report.ToText(), report.ToMarkdown(), report.ToJson() });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Line(string[] lines, string start) =>
        lines.Single(line => line.StartsWith(start, StringComparison.Ordinal));
}
