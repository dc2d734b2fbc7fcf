using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Journal;

[TestClass]
public sealed class ReferenceFileTests : IDisposable
{
    private const string Dense =
        """{"reference":"dense","images":1000,"top1":0.9,"multiplyAdds":100000000,"bytes":8000000,"milliseconds":2}""";

    private const string Int8 = """{"reference":"ONNX Runtime int8","top1":0.89,"bytes":2000000,"milliseconds":0.8}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Read_GivesThePointsBesideTheDenseNetwork_AndSaysThatTheyWereTimedApart()
    {
        var (points, notes) = Read(ReportToys.Dense, Dense, Int8, "");

        Assert.AreEqual(("ONNX Runtime int8", 0.89, 2_000_000, 0.8), (
            points.Single().Name, points[0].Top1!.Value, points[0].Bytes!.Value, points[0].Milliseconds!.Value));
        StringAssert.Contains(notes.Single(), "2.000 ms there and 2.000 ms here");
    }

    [TestMethod]
    public void Read_SaysThatTheImagesAreOthers()
    {
        var (_, notes) = Read(ReportToys.Dense, Dense.Replace("1000,\"top1\":0.9", "500,\"top1\":0.91", StringComparison.Ordinal), Int8);

        StringAssert.Contains(notes[0], "judged on 500 images, the trials on 1000");
    }

    [TestMethod]
    [DataRow("100000000", "100000001", DisplayName = "multiply-adds")]
    [DataRow("8000000", "8000004", DisplayName = "bytes")]
    [DataRow("0.9,", "0.901,", DisplayName = "accuracy on the same images")]
    public void Read_RefusesAnotherNetworks(string figure, string other)
    {
        var error = Fails(ReportToys.Dense, Dense.Replace(figure, other, StringComparison.Ordinal), Int8);

        StringAssert.Contains(error, "of another network");
        StringAssert.Contains(error, other.TrimEnd(','));
    }

    [TestMethod]
    [DataRow("no JSON", "Line 2")]
    [DataRow("""{"keep":0.5,"status":"completed"}""", "Line 2")]
    [DataRow("""{"reference":"x","top1":"much"}""", "Line 2")]
    [DataRow(Dense, "two lines of 'dense'")]
    public void Read_NamesTheLineThatIsNone(string line, string says) => StringAssert.Contains(Fails(ReportToys.Dense, Dense, line), says);

    [TestMethod]
    public void Read_NeedsTheDenseNetworkOnBothSides()
    {
        StringAssert.Contains(Fails(ReportToys.Dense, Int8), "lacks the line");
        StringAssert.Contains(Fails(ReportToys.Dense), "lacks the line");
        StringAssert.Contains(Fails(dense: null, Dense, Int8), "The sweep has no line");
    }

    [TestMethod]
    public void WithReferences_ShowsThePointsAndTakesThePlaceOfOlderOnes()
    {
        var older = new ReferencePoint { Name = "ONNX Runtime int8", Top1 = 0.1, Milliseconds = 9 };
        var before = ReportToys.Sweep(ReportToys.Dense, older).WithModel(ReportToys.Model());

        var report = before.WithReferences(Write(Dense, Int8));

        Assert.AreEqual(0.89, report.References.Single(point => point.Name == "ONNX Runtime int8").Top1);
        Assert.IsTrue(report.Dense!.IsDense);
        Assert.AreSame(before.Model, report.Model);
        StringAssert.Contains(report.ToMarkdown(), "| ONNX Runtime int8 | 89.00 |");
        var page = new PageDocument(report.ToHtml());
        Assert.HasCount(1, page.All("tr").Where(row => row.Value.StartsWith("ONNX Runtime int8", StringComparison.Ordinal)));
        StringAssert.Contains(page.Text, "timed apart from the trials");
        Assert.ThrowsExactly<FileNotFoundException>(() => before.WithReferences(_folder["none.jsonl"]));
    }

    [TestMethod]
    public void WithReferences_SubtractsNoAccuracyOnOtherImages()
    {
        string same = Int8.Replace("\"top1\"", "\"images\":1000,\"top1\"", StringComparison.Ordinal);
        string other = Int8.Replace("\"top1\"", "\"images\":500,\"top1\"", StringComparison.Ordinal);

        StringAssert.Contains(
            ReportToys.Sweep(ReportToys.Dense).WithReferences(Write(Dense, same)).ToMarkdown(), "| ONNX Runtime int8 | 89.00 | -1.00 |");
        StringAssert.Contains(
            ReportToys.Sweep(ReportToys.Dense).WithReferences(Write(Dense, other)).ToMarkdown(), "| ONNX Runtime int8 | 89.00 | - |");
    }

    private (IReadOnlyList<ReferencePoint> Points, IReadOnlyList<string> Notes) Read(ReferencePoint? dense, params string[] lines) =>
        ReferenceFile.Read(Write(lines), dense);

    private string Fails(ReferencePoint? dense, params string[] lines) =>
        Assert.ThrowsExactly<InvalidDataException>(() => Read(dense, lines)).Message;

    private string Write(params string[] lines)
    {
        string path = _folder["references.jsonl"];
        File.WriteAllLines(path, lines);
        return path;
    }
}
