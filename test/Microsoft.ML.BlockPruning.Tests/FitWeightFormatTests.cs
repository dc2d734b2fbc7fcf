using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary><c>Options.WeightFormat</c>, from <c>Fit</c> to a loaded model.</summary>
[TestClass]
public sealed class FitWeightFormatTests
{
    [TestMethod]
    public void Fit_InBFloat16_PrunesTheSame_AndStoresHalfTheBytes()
    {
        using var subject = new FitSubject();
        var data = subject.Data(9);
        using var wide = subject.Fit(data);
        subject.Options.WeightFormat = NumberFormat.BFloat16;

        using var narrow = subject.Fit(data);

        Assert.AreEqual((NumberFormat.Float32, NumberFormat.BFloat16), (wide.WeightFormat, narrow.WeightFormat));
        Assert.AreEqual(wide.MultiplyAdds, narrow.MultiplyAdds);
        Assert.AreEqual(wide.DenseWeightBytes, narrow.DenseWeightBytes, "what is pruned is float32");
        CollectionAssert.AreEqual(
            wide.Layers.Select(layer => layer.KeptBlocks).ToArray(), narrow.Layers.Select(layer => layer.KeptBlocks).ToArray());
        var (before, after) = (wide.Report!, narrow.Report!);
        Assert.AreEqual((wide.WeightBytes, narrow.WeightBytes), (before.Network.Pruned.WeightBytes, after.Network.Pruned.WeightBytes));
        Assert.AreEqual(
            before.Layers.Sum(layer => layer.Pruned.WeightBytes - (2L * 8 * 8 * layer.KeptBlocks)),
            after.Layers.Sum(layer => layer.Pruned.WeightBytes),
            "two bytes less for each of a block's 64 weights, as many indices");
        Assert.AreEqual(NumberFormat.BFloat16, after.Settings.WeightFormat);
        StringAssert.Contains(after.ToText(), "weights are stored in BFloat16");
        Assert.DoesNotContain("BFloat16", before.ToText());
        Assert.DoesNotContain("weightFormat", before.ToJson(), "readers of before know no such field");
        Assert.AreEqual(NumberFormat.BFloat16, PruneReport.FromJson(after.ToJson()).Settings.WeightFormat);
    }

    [TestMethod]
    public void Save_OfABFloat16Model_LoadsAsItWas()
    {
        using var folder = new TemporaryFolder();
        using var subject = new FitSubject();
        subject.Options.WeightFormat = NumberFormat.BFloat16;
        var data = subject.Data(9);
        using var saved = subject.Fit(data);
        subject.Ml.Model.Save(saved, data.Schema, folder["narrow.zip"]);

        using var loaded = (SparseViTTransformer)subject.Ml.Model.Load(folder["narrow.zip"], out _);

        Assert.AreEqual(NumberFormat.BFloat16, loaded.WeightFormat);
        Assert.AreEqual((saved.WeightBytes, saved.MultiplyAdds), (loaded.WeightBytes, loaded.MultiplyAdds));
        CollectionAssert.AreEqual(Scores(saved, data), Scores(loaded, data));
    }

    [TestMethod]
    public void Fit_ToBytes_CountsThemInTheFormat()
    {
        using var subject = new FitSubject();
        subject.Options.Budget = PruneBudget.Bytes(0.45);
        subject.Options.WeightFormat = NumberFormat.BFloat16;

        using var transformer = subject.Fit(subject.Data(9));

        double budget = 0.45 * transformer.DenseWeightBytes;
        Assert.IsLessThanOrEqualTo(budget, (double)transformer.WeightBytes);
        Assert.IsGreaterThan(budget - ((2 * 64) + 4), (double)transformer.WeightBytes, "another block would have had room");
    }

    [TestMethod]
    public void Options_WithAFormatThatIsNone_AreRefused()
    {
        using var subject = new FitSubject();
        subject.Options.WeightFormat = (NumberFormat)9;

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => subject.Fit(subject.Data(9)));
    }

    private static float[] Scores(SparseViTTransformer transformer, IDataView data) =>
        [.. transformer.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
