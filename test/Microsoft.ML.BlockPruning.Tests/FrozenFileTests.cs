using System.Security.Cryptography;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Gates;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>test/Frozen: files of before networks were data load, and mean what the library said then (its words: expected.txt).</summary>
[TestClass]
public sealed class FrozenFileTests
{
    private static readonly Dictionary<string, string> Expected = File.ReadAllLines(At("expected.txt"))
        .Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Subject_HasTheSumThatJournalsName() =>
        Assert.AreEqual(Expected["subject"], SubjectHash.Of(ViTCheckpoint.Load(At("dense.safetensors"))));

    [TestMethod]
    public void Network_HasItsScoresAndFigures_AndIsWrittenByteForByte()
    {
        byte[] bytes = File.ReadAllBytes(At("network.safetensors"));
        using var transformer = _ml.Transforms.LoadSparseViT(At("network.safetensors"));
        using var written = new MemoryStream();

        transformer.SaveNetwork(written);

        AssertScores("network", transformer);
        Assert.AreEqual(Expected["network.multiplyAdds"], $"{transformer.MultiplyAdds}");
        Assert.AreEqual(Expected["network.weightBytes"], $"{transformer.WeightBytes}");
        Assert.AreEqual("frozen", transformer.Notes.Single());
        CollectionAssert.AreEqual(new[] { "cat", "dog", "\"owl\"" }, transformer.LabelNames.ToArray());
        CollectionAssert.AreEqual(bytes, written.ToArray());
    }

    [TestMethod]
    public void Network_KeepsItsNotesWhereTheOrientationIsSet()
    {
        using var transformer = _ml.Transforms.LoadSparseViT(At("network.safetensors"));
        using var written = new MemoryStream();
        transformer.ApplyOrientation = true;

        transformer.SaveNetwork(written);

        written.Position = 0;
        using var loaded = _ml.Transforms.LoadSparseViT(written);
        Assert.AreEqual("frozen", loaded.Notes.Single());
    }

    [TestMethod]
    public void Plan_MakesTheSameNetworkOfTheDenseOne()
    {
        string json = File.ReadAllText(At("plan.json"));
        var plan = SparsityPlan.Parse(json);
        var dense = ViTCheckpoint.Load(At("dense.safetensors"));
        using var written = new MemoryStream();

        SparseViT.Create(dense, plan, TestNetworks.Preprocessing(), ["cat", "dog", "\"owl\""], ["frozen"]).Save(written);

        CollectionAssert.AreEqual(File.ReadAllBytes(At("network.safetensors")), written.ToArray());
        Assert.AreEqual(json, plan.ToJson());
        foreach (var (name, mask) in plan.Masks)
        {
            Assert.AreEqual(Expected[$"plan.{name}"], $"{mask.KeptBlocks} of {mask.TotalBlocks}");
        }
    }

    [TestMethod]
    public void Model_HasItsScoresReportAndDenseNetwork()
    {
        using var folder = new TemporaryFolder();
        using var transformer = (SparseViTTransformer)_ml.Model.Load(At("model.zip"), out _);

        transformer.SaveDenseNetwork(folder["dense.safetensors"]);

        AssertScores("model", transformer);
        Assert.AreEqual(
            Expected["model.dense"], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["dense.safetensors"]))));
        AssertReport(transformer.Report!);
    }

    [TestMethod]
    public void Model_IsReadWithoutMlNetToo()
    {
        using var transformer = _ml.Transforms.LoadSparseViT(At("model.zip"));
        using var model = PrunedModel.Load(At("model.zip"));

        AssertScores("model", transformer);
        AssertReport(transformer.Report!);
        CollectionAssert.AreEqual(transformer.LabelNames.ToArray(), model.LabelNames.ToArray());
        Assert.AreEqual(transformer.MultiplyAdds, model.MultiplyAdds);
    }

    [TestMethod]
    public void Report_SaysTheSame()
    {
        string json = File.ReadAllText(At("report.json"));

        var report = PruneReport.FromJson(json);

        AssertReport(report);
        Assert.AreEqual(json, report.ToJson());
    }

    [TestMethod]
    public void Journal_HasItsTrialsAndReferences()
    {
        var report = SweepJournal.ReadReport(At("sweep.jsonl")).WithReferences(At("references.jsonl"));

        Assert.HasCount(2, report.Trials);
        foreach (var trial in report.Trials)
        {
            Assert.AreEqual(
                Expected[FormattableString.Invariant($"trial.{trial.Keep}")],
                FormattableString.Invariant($"{trial.MultiplyAdds} {trial.Bytes} {trial.Top1:R} {trial.Kl:R}"));
        }

        Assert.AreEqual(Expected["sweep.references"], string.Join(' ', report.References.Select(point => $"{point.Name}/{point.Bytes}")));
    }

    /// <summary>Its trials were pruned by the method of before: they are read, and not gone on with, which the refusal says.</summary>
    [TestMethod]
    public void Journal_IsReadAndNotGoneOnWithByAnotherMethod()
    {
        using var folder = new TemporaryFolder();
        File.Copy(At("sweep.jsonl"), folder["sweep.jsonl"]);
        string[] labels = ["cat", "dog", "owl"];
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = At("dense.safetensors"),
            Block = new BlockShape(4, 4),
            Budget = PruneBudget.Flops(0.85),
            BatchSize = 4,
        };
        var sweep = _ml.BlockPruning().CreateSweep(options)
            .SetSearchSpace(new SparsitySearchSpace { Keep = [0.8, 0.9], Block = [new BlockShape(4, 4)] })
            .SetDataset(Keyed(TestImages.PixelsRows(12, labels)), Keyed(TestImages.PixelsRows(9, labels)))
            .SetJournal(folder["sweep.jsonl"]);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => sweep.Run());

        StringAssert.Contains(error.Message, "it has Global, Sampled; shots 1, floor 0, this sweep Global, Sampled, basis Full, equal");
        Assert.HasCount(2, SweepJournal.ReadReport(At("sweep.jsonl")).Trials);
    }

    /// <summary>The training was at its end: what it had found comes back, and no step is done.</summary>
    [TestMethod]
    public void FineTuneState_IsGoneOnWith()
    {
        using var folder = new TemporaryFolder();
        File.Copy(At("state.safetensors"), folder["state.safetensors"]);
        var config = TinyNetwork.Config(depth: 1);
        var dense = TinyNetwork.Weights(config, seed: 3);
        var plan = new SparsityPlan();
        plan.Add("blocks.0.mlp.fc1", new BlockMask(10, 6, new BlockShape(5, 3)) { [0, 0] = false });
        var options = new FineTuneOptions { Epochs = 2, BatchSize = 4, Seed = 7, CheckpointPath = folder["state.safetensors"] };

        var tuned = new FineTuner(options).Run(
            dense, dense.Clone(), plan, TinyNetwork.Calibration(config, 4), validation: null, _ => Assert.Fail("a step was done"));

        Assert.AreEqual(Expected["state.weights"], FineTuneIdentity.Hash(tuned.Tensors.Select(tensor => tensor.Values)));
    }

    private static string At(string name) => Path.Combine(RepositoryFiles.Root, "test", "Frozen", name);

    private static void AssertReport(PruneReport report)
    {
        Assert.AreEqual(Expected["report.criterion"], report.Settings.Criterion);
        Assert.AreEqual(
            Expected["report.layers"],
            string.Join(' ', report.Layers.Select(layer => $"{layer.Name}:{layer.KeptBlocks}/{layer.TotalBlocks}")));
        Assert.AreEqual(Expected["report.kl"], FormattableString.Invariant($"{report.Network.HeldOut!.KlDivergence}"));
        Assert.AreEqual(Expected["report.multiplyAdds"], $"{report.Network.Pruned.MultiplyAdds}");
        Assert.AreEqual(Expected["report.energy"], FormattableString.Invariant($"{report.Network.Pruned.EnergyMicrojoules}"));
    }

    private void AssertScores(string key, SparseViTTransformer transformer)
    {
        var scores = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(TestCases.FrozenRows())));
        for (int row = 0; row < scores.Count; row++)
        {
            Assert.AreEqual(Expected[$"{key}.scores.{row}"], TestData.Hex(scores[row]), $"row {row}");
        }
    }

    private IDataView Keyed(List<PixelsRow> rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }
}
