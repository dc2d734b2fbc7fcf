using Microsoft.ML.BlockPruning.Benchmarks.Ablation;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Ablation;

[TestClass]
public sealed class AblationTableTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"ablation-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    [TestMethod]
    public void Rows_OfOlderFilesHadAllImages()
    {
        File.WriteAllText(_path, $$"""
            {
              "machine": { "processor": "{{MachineDescription.Processor}}" },
              "rows": [
                {
                  "network": "bundled", "seed": 1, "method": "Default", "keep": 0.5, "block": "16x16", "fineTuned": false,
                  "top1": 91.5, "denseTop1": 92, "kl": 0.01, "keptMultiplyAdds": 0.49
                }
              ]
            }
            """);
        var table = new AblationTable(new FileInfo(_path));
        var key = new AblationKey("bundled", 2_000, 1, "Default", 0.5, "16x16");

        Assert.IsTrue(table.Contains(key));
        Assert.IsFalse(table.Contains(key with { Images = 512 }));
        Assert.IsFalse(table.Contains(key with { FineTuned = true }));
    }

    [TestMethod]
    public void Rows_AreFoundAgainAtOnceAndInTheFile()
    {
        var row = new AblationRow("small", 2, "Corp", 0.35, "unit", false, 80, 90, 0.5, 0.3499, 512);
        var table = new AblationTable(new FileInfo(_path));

        table.Add(row);

        Assert.IsTrue(table.Contains(row.Key));
        Assert.IsTrue(new AblationTable(new FileInfo(_path)).Contains(new AblationKey("small", 512, 2, "Corp", 0.35, "unit")));
        StringAssert.Contains(File.ReadAllText(_path), "\"images\": 512");
        Assert.IsFalse(File.ReadAllText(_path).Contains("\"key\"", StringComparison.Ordinal), "The key is not written.");
    }

    [TestMethod]
    public void Keys_AreOfTheBlockOrOfWhatARivalRemoves()
    {
        var setting = new AblationSetting(AblationNetwork.Small, 1_000, new BlockShape(8, 8), Seed: 3);
        var spec = new SmallNetwork(channels: 1, isDistilled: false).Weights.Spec;

        Assert.AreEqual(new AblationKey("small", 1_000, 3, "Default", 0.25, "8x8"), setting.KeyOf(spec, AblationMethod.Default, 0.25));
        Assert.AreEqual(new AblationKey("small", 1_000, 3, "Corp", 0.5, "unit"), setting.KeyOf(spec, AblationMethod.Corp, 0.5));
        Assert.IsNull(setting.KeyOf(spec, AblationMethod.Corp, 0.01));
        var halved = setting.KeyOf(spec, AblationMethod.SparseGpt, 0.25)!;
        Assert.AreEqual("2:4", halved.Block);
        Assert.AreEqual(halved, setting.KeyOf(spec, AblationMethod.SparseGpt, 0.9), "2:4 has one share.");
    }

    [TestMethod]
    public void Methods_AreAllOfTheLibraryOrRivals()
    {
        var methods = new AblationMethods();
        foreach (var method in Enum.GetValues<AblationMethod>().Where(method => AblationRivals.Of(method) is null))
        {
            Assert.IsNotNull(methods.Of(method), method.ToString());
        }
    }
}
