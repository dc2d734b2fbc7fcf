using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Children;

[TestClass]
public sealed class RequestFileTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    [TestCleanup]
    public void Delete() => _folder.Delete(recursive: true);

    [TestMethod]
    public void Read_GivesBackAllThatAResultDependsOn()
    {
        var request = Full();

        RequestFile.Write(request, _folder.FullName);
        var read = RequestFile.Read(_folder.FullName);

        Assert.AreEqual(MethodText.Of(request), MethodText.Of(read));
        Assert.AreEqual(request.Budget.ToString(), read.Budget.ToString());
        Assert.AreEqual(request.Budget.Latency, read.Budget.Latency);
        Assert.AreSame(EnergyModel.LpViT, read.Budget.Energy);
        Assert.AreEqual(
            (request.Network, request.Criterion, request.Refit, request.Block, request.Seed, request.NumberOfThreads),
            (read.Network, read.Criterion, read.Refit, read.Block, read.Seed, read.NumberOfThreads));
    }

    /// <summary>What a text says that was written down before there was a choice of budgets.</summary>
    [TestMethod]
    public void MethodText_OfTheDefaultBudget_SaysNothingOfIt()
    {
        Assert.AreEqual("Global, Sampled, basis Full, equal images; shots 1, floor 0", MethodText.Of(new PruneRequest()));
        StringAssert.Contains(
            MethodText.Of(new PruneRequest { Budget = PruneBudget.Bytes(0.3).Request }), "keeping 1 of the bytes");
    }

    [TestMethod]
    [DataRow("\"shots\":2", "\"shots\":\"two\"")]
    [DataRow("\"block\":\"16x8\"", "\"block\":\"0x8\"")]
    [DataRow("\"layerFloor\":0.25", "\"layerFloor\":2")]
    [DataRow("\"batchSize\":8", "\"batchSize\":0")]
    [DataRow("\"energy\":\"LPViT\"", "\"energy\":[0,0]")]
    [DataRow("\"criterion\":\"Taylor\"", "\"criterion\":\"Tailor\"")]
    [DataRow("\"criterion\":\"Taylor\"", "\"criterion\":3")]
    [DataRow("\"shots\":2", "\"shots\":0")]
    [DataRow("\"parts\":[{", "\"parts\":[null,{")]
    [DataRow("{", "[")]
    public void Read_OfADamagedFile_IsInvalidData(string old, string replacement)
    {
        RequestFile.Write(Full(), _folder.FullName);
        string path = _folder.GetFiles().Single().FullName;
        string text = File.ReadAllText(path);
        StringAssert.Contains(text, old);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => RequestFile.Read(_folder.FullName));

        StringAssert.Contains(error.Message, "is damaged");
    }

    private static PruneRequest Full() => new()
    {
        Network = "deit.safetensors",
        Budget = PruneBudget.All(PruneBudget.Energy(0.4, EnergyModel.LpViT), PruneBudget.Latency(0.6, 8, 2)).Request,
        Criterion = PruneCriterion.Taylor,
        Allocation = PruneAllocation.MeasuredCurves,
        Refit = PruneRefit.LayerByLayer,
        CalibrationLabels = CalibrationLabels.Column,
        Shots = 2,
        Block = new BlockShape(16, 8),
        LayerFloor = 0.25,
        LayerFloors = new Dictionary<string, double> { ["blocks.0.mlp.fc1"] = 1.0 / 3 },
        LayerBlocks = new Dictionary<string, BlockShape> { ["blocks.1.mlp.fc1"] = new(32, 8) },
        LayersToKeepDense = ["blocks.1.attn.qkv"],
        FineTuning = new FineTuneOptions { LearningRate = 1e-5, Seed = 3 },
        NumberOfThreads = 3,
        Seed = 7,
    };
}
