using System.Text.Json;
using Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

namespace Microsoft.ML.BlockPruning.Samples.Tests.OneModelFile;

/// <summary>Every writer of models × every reader: one label and one score, to the last bit, for one image.</summary>
[TestClass]
public sealed class WriterReaderTests
{
    private const int PerClass = 6;
    private static readonly string[] Classes = ["ant", "bee", "cat"];
    private static readonly Dictionary<string, Written> WrittenBy = [];
    private static TemporaryFolder? _folder;
    private static string? _images;

    public static IEnumerable<object[]> Pairs =>
        from writer in Writers.Table
        from reader in Readers.Table
        select new object[] { writer.Name, reader.Name };

    public static IEnumerable<object[]> WriterNames => Writers.Table.Select(writer => new object[] { writer.Name });

    // Of each class those that test; the first and the sixth calibrate.
    private static string[] Files =>
        [.. Classes.SelectMany(label => Enumerable.Range(1, 4).Select(i => Path.Combine(_images!, label, $"{i}.png")))];

    [ClassInitialize]
    public static void WriteImages(TestContext context)
    {
        _folder = new TemporaryFolder();
        _images = TinyNetwork.SaveImages(_folder, PerClass, Classes);
    }

    [ClassCleanup]
    public static void Cleanup() => _folder?.Dispose();

    [TestMethod]
    [DynamicData(nameof(Pairs))]
    public void Reader_AnswersAsTheWritersNetworkDid(string writer, string reader)
    {
        var written = Write(writer);

        var found = Readers.Table.Single(row => row.Name == reader).Read(written.Path, Files).ToList();

        CollectionAssert.AreEqual(written.Labels.ToList(), found.Select(answer => answer.Label).ToList());
        for (int i = 0; i < found.Count; i++)
        {
            CollectionAssert.AreEqual(Bits(written.Scores[i]), Bits(found[i].Score), Files[i]);
        }
    }

    [TestMethod]
    [DynamicData(nameof(WriterNames))]
    public void Evaluate_CountsTheAnswersOfTheWritersNetwork(string writer)
    {
        var written = Write(writer);

        var run = CliRun.Of("evaluate", written.Path, "--images", _images!, "--json");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        Assert.AreEqual(Files.Length, answer.RootElement.GetProperty("images").GetInt32());
        var right = Classes.Select(label => Files.Zip(written.Labels).Count(
            pair => pair.Second == label && Path.GetFileName(Path.GetDirectoryName(pair.First)) == label)).ToList();
        var found = answer.RootElement.GetProperty("models")[0].GetProperty("classes").EnumerateArray()
            .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("right").GetInt32());
        CollectionAssert.AreEqual(right, Classes.Select(label => found[label]).ToList());
    }

    [TestMethod]
    [DynamicData(nameof(WriterNames))]
    public void Inspect_ShowsTheWritersNetwork(string writer)
    {
        var written = Write(writer);

        var run = CliRun.Of("inspect", written.Path, "--json");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        Assert.AreEqual(written.MultiplyAdds, answer.RootElement.GetProperty("multiplyAdds").GetInt64());
        CollectionAssert.AreEquivalent(
            written.LabelNames.ToList(),
            answer.RootElement.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("name").GetString()).ToList());
    }

    private static Written Write(string writer)
    {
        if (!WrittenBy.TryGetValue(writer, out var written))
        {
            string checkpoint = TinyNetwork.Save(_folder!, Classes.Length, labels: Classes);
            written = Writers.Table.Single(row => row.Name == writer).Write(new Writers(_folder!, checkpoint, _images!, Files));
            WrittenBy.Add(writer, written);
        }

        return written;
    }

    private static List<int> Bits(float[] scores) => [.. scores.Select(BitConverter.SingleToInt32Bits)];
}
