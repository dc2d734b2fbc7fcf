using System.Text.Json;
using global::Quickstart;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class ResultJsonTests
{
    [TestMethod]
    public void Write_WritesTheAgreedKeysAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        var result = new QuickstartResult
        {
            Dense = Figures(0.75, 4_000_000_000, 60, 1.5, 0.5),
            Pruned = Figures(0.5, 2, 30, 1.25, 0.25),
            Layers = [],
            Report = NoReport,
            ReloadIdentical = true,
            PeakMemoryBytes = 5_000_000_000,
            CalibrationSeconds = 12.5,
        };

        ResultJson.Write(folder.File("result.json"), result);

        using var written = JsonDocument.Parse(File.ReadAllText(folder.File("result.json")));
        const string expected = """
            {"dense":{"top1":0.75,"bytes":4000000000,"macs":60,"msBatch1":1.5,"msBatch32":0.5},
            "pruned":{"top1":0.5,"bytes":2,"macs":30,"msBatch1":1.25,"msBatch32":0.25},
            "reloadIdentical":true,"peakMemoryBytes":5000000000,"calibrationSeconds":12.5}
            """;
        Assert.AreEqual(expected.ReplaceLineEndings(""), JsonSerializer.Serialize(written.RootElement));
    }

    // The file says nothing of it.
    private static PruneReport NoReport => new() { Settings = null!, Network = null!, Layers = [], Stages = [], Notes = [] };

    private static ModelFigures Figures(double top1, long bytes, long multiplyAdds, double batch1, double batch32) => new()
    {
        Top1 = top1,
        Bytes = bytes,
        MultiplyAdds = multiplyAdds,
        Batch1 = new Latency(batch1, 0, 9, 5),
        Batch32 = new Latency(batch32, 0, 9, 5),
    };
}
