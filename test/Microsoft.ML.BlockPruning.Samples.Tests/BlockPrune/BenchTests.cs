using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class BenchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _zip;

    public BenchTests()
    {
        _zip = _folder.File("pruned.zip");
        string model = TinyNetwork.Save(_folder, classes: 3), images = TinyNetwork.SaveImages(_folder, perClass: 3, "ant", "bee", "cat");
        var run = CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--refit", "none", "--output", _zip);
        Assert.AreEqual(0, run.ExitCode, run.Error);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Bench_MeasuresBothNetworksAtEveryBatchSizeAndNamesTheMachine()
    {
        var run = CliRun.Of("bench", _zip, "--batch", "1,3", "--seconds", "0.01", "--json");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        var rows = answer.RootElement.GetProperty("batches").EnumerateArray().ToList();
        CollectionAssert.AreEqual(new[] { 1, 3 }, rows.Select(row => row.GetProperty("batch").GetInt32()).ToArray());
        foreach (var row in rows)
        {
            double dense = Median(row, "dense"), pruned = Median(row, "pruned");
            Assert.IsTrue(dense > 0 && pruned > 0);
            Assert.AreEqual(dense / pruned, row.GetProperty("speedup").GetDouble(), 1e-9);
            Assert.IsGreaterThanOrEqualTo(5, row.GetProperty("dense").GetProperty("samples").GetInt32());
        }

        Assert.AreEqual(Environment.ProcessorCount, answer.RootElement.GetProperty("machine").GetProperty("threads").GetInt32());
    }

    [TestMethod]
    public void Bench_PrintsATableAndTheMachine()
    {
        var run = CliRun.Of("bench", _zip, "--batch", "2", "--seconds", "0.01");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "times as fast");
        StringAssert.Contains(run.Output, $"{Environment.ProcessorCount} threads");
        Assert.AreEqual("", run.Error);
    }

    [TestMethod]
    public void Bench_EndsWith130WhenCancelled()
    {
        var run = CliRun.Of(new CancellationToken(canceled: true), "bench", _zip);

        Assert.AreEqual(130, run.ExitCode);
        StringAssert.Contains(run.Error, "Cancelled");
    }

    [TestMethod]
    [DataRow("--batch 0", "--batch: 0 is not a whole number of at least 1.")]
    [DataRow("--seconds never", "--seconds: never is not a number")]
    public void WrongOptions_AreRefused(string options, string says)
    {
        var run = CliRun.Of(["bench", _zip, .. options.Split(' ')]);

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, says);
    }

    private static double Median(JsonElement row, string network) => row.GetProperty(network).GetProperty("medianMs").GetDouble();
}
