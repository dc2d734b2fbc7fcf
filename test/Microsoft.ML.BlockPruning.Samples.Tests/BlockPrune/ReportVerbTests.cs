using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class ReportVerbTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "c&t<"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public ReportVerbTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void SweepAndReport_WriteTheSamePage_ButForTheRun()
    {
        string journal = _folder.File("sweep.jsonl"), best = _folder.File("best.zip");
        string first = _folder.File("first.html"), second = _folder.File("second.html");
        var sweep = CliRun.Of(
            "sweep", "--model", _model, "--images", _images, "--keep", "0.8,0.6,0.001", "--block", "8x8", "--final-refit", "feedback",
            "--journal", journal, "--output", best, "--report", first);
        Assert.AreEqual(0, sweep.ExitCode, sweep.Error);

        var report = CliRun.Of(
            "report", "--journal", journal, "--model", best, "--dense", _model, "--images", _images, "--output", second, "--json");

        Assert.AreEqual(0, report.ExitCode, report.Error);
        using var answer = JsonDocument.Parse(report.Output);
        Assert.AreEqual(3, answer.RootElement.GetProperty("trials").GetInt32());
        Assert.AreEqual(1, answer.RootElement.GetProperty("failed").GetInt32());
        Assert.AreEqual(24, answer.RootElement.GetProperty("heldOut").GetProperty("images").GetInt32());
        var files = answer.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetString()!).ToList();
        Assert.HasCount(5, files);
        Assert.IsTrue(files.TrueForAll(File.Exists));
        var (one, other) = (Page(first), Page(second));
        CollectionAssert.AreEqual(Rows(one), Rows(other));
        StringAssert.Contains(string.Join('\n', Rows(other)), "keep 0.001, block 8x8");
        Assert.HasCount(8, other.Descendants("img").Where(image => (string?)image.Attribute("class") == "mask"));
        CollectionAssert.AreEqual(
            one.Descendants("img").Select(image => (string)image.Attribute("src")!).ToList(),
            other.Descendants("img").Select(image => (string)image.Attribute("src")!).ToList());
        StringAssert.Contains(File.ReadAllText(_folder.File("second.md")), "(second-multiply-adds.svg)");
    }

    [TestMethod]
    public void References_ArePointsOfThePage_AndThoseOfAnotherNetworkAreRefused()
    {
        string journal = _folder.File("sweep.jsonl"), points = _folder.File("points.jsonl"), page = _folder.File("report.html");
        Assert.AreEqual(0, CliRun.Of(
            "sweep", "--model", _model, "--images", _images, "--keep", "0.8,0.6", "--block", "8x8", "--final-refit", "feedback",
            "--journal", journal).ExitCode);
        string dense = File.ReadLines(journal).Single(line => line.StartsWith("""{"reference":"dense",""", StringComparison.Ordinal));
        const string int8 = """{"reference":"ONNX Runtime int8","images":24,"top1":0.5,"bytes":9000,"milliseconds":0.01}""";
        File.WriteAllLines(points, [dense, int8]);

        var report = CliRun.Of("report", "--journal", journal, "--references", points, "--output", page);

        Assert.AreEqual(0, report.ExitCode, report.Error);
        Assert.HasCount(1, Page(page).Descendants("tr").Where(row => row.Value.StartsWith("ONNX Runtime int8", StringComparison.Ordinal)));
        StringAssert.Contains(File.ReadAllText(_folder.File("report-bytes.svg")), "ONNX Runtime int8");
        File.Delete(page);
        File.WriteAllText(points, dense.Replace("\"bytes\":", "\"bytes\":1", StringComparison.Ordinal) + "\n");

        var refused = CliRun.Of("report", "--journal", journal, "--references", points, "--output", page);

        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Error, "of another network");
        Assert.IsFalse(File.Exists(page));
    }

    [TestMethod]
    public void Prune_WritesAReportOfWhatItMade_AndReportReadsTheModelAlone()
    {
        string zip = _folder.File("pruned.zip"), page = _folder.File("pruned.html"), alone = _folder.File("alone.html");

        var pruned = CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", zip,
            "--report", page, "--json");
        var report = CliRun.Of("report", "--model", zip, "--output", alone);

        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        Assert.AreEqual(0, report.ExitCode, report.Error);
        JsonDocument.Parse(pruned.Output).Dispose();
        StringAssert.Contains(Page(page).Value, "held-out images");
        StringAssert.Contains(Page(page).Value, "answers are other ones");
        StringAssert.Contains(Page(alone).Value, "Criterion ObsPath");
        Assert.DoesNotContain("answers are other ones", Page(alone).Value);
    }

    [TestMethod]
    [DataRow("report", 2, "--journal")]
    [DataRow("report --output report.txt --journal x.jsonl", 2, ".html")]
    [DataRow("report --journal none.jsonl", 1, "none.jsonl")]
    [DataRow("report --references points.jsonl", 2, "give --journal FILE.jsonl too")]
    [DataRow("sweep --bundled --references points.jsonl", 2, "give --report FILE.html too")]
    [DataRow("sweep --bundled --references points.jsonl --report sweep.html", 1, "points.jsonl")]
    [DataRow("report --model none.zip", 1, "no model file none.zip")]
    [DataRow("sweep --bundled --report sweep.pdf", 2, ".html")]
    [DataRow("prune --bundled --report no-such-folder/prune.html", 1, "no-such-folder")]
    public void WrongInput_GivesAReadableLine(string arguments, int exitCode, string says)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, says);
        Assert.DoesNotContain("   at ", run.Error, "a user gets no stack trace");
    }

    [TestMethod]
    public void Report_WithImagesAsksForTheDenseNetwork()
    {
        string zip = _folder.File("pruned.zip");
        Assert.AreEqual(0, CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", zip).ExitCode);

        var run = CliRun.Of("report", "--model", zip, "--images", _images, "--output", _folder.File("r.html"));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, "--dense PATH");
    }

    private static XElement Page(string path)
    {
        using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }

    private static List<string> Rows(XElement page) => [.. page.Descendants("tr").Select(row => row.Value)
        .Where(row => row.StartsWith("keep", StringComparison.Ordinal) || row.StartsWith("dense", StringComparison.Ordinal))];
}
