using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>The reckoned peak beside those that the benchmarks measured.</summary>
[TestClass]
public sealed class PruneMemoryTests
{
    private const string Results = "test/Microsoft.ML.BlockPruning.Benchmarks/Results/intel-xeon-emerald-2vcpu";
    private const double Near = 1.3;

    [TestMethod]
    [DataRow("pruning-bundled.json")]
    [DataRow("pruning-deit-s.json")]
    [DataRow("pruning-deit-b.json")]
    public void Peak_IsNearTheMeasuredOne(string name)
    {
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, Results, name)));
        var row = results.RootElement.GetProperty("rows").EnumerateArray().Single();
        double measured = row.GetProperty("peakMemoryBytes").GetDouble();

        double reckoned = PruneMemory.PeakBytes(SpecOf(name), row.GetProperty("images").GetInt32());

        Assert.IsTrue(
            reckoned / measured is > 1 / Near and < Near,
            FormattableString.Invariant($"{reckoned / 1e9:F2} GB for {measured / 1e9:F2} GB"));
    }

    [TestMethod]
    public void Peak_GrowsWithTheImages() => Assert.IsGreaterThan(
        PruneMemory.PeakBytes(SpecOf("pruning-deit-s.json"), 256), PruneMemory.PeakBytes(SpecOf("pruning-deit-s.json"), 512));

    private static NetworkSpec SpecOf(string name)
    {
        if (name == "pruning-bundled.json")
        {
            string path = Path.Combine(RepositoryFiles.Root, "src/Samples/Bundled/fashion-vit.safetensors");
            using var checkpoint = Checkpoint.Open(path);
            return checkpoint.ReadWeights().Spec;
        }

        int width = name == "pruning-deit-s.json" ? 384 : 768;
        return ViT.Of(new ViTConfig(224, 16, channels: 3, width, depth: 12, width / 64, 4 * width, numClasses: 1000));
    }
}
