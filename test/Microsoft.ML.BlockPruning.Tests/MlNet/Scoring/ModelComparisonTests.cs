using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Sweeps;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Scoring;

[TestClass]
public sealed class ModelComparisonTests
{
    private const int Rows = 40;

    [TestMethod]
    public void CreateReport_ComparesAsTheFitDoes_AndFindsTheAnswersThatTheScoresSay()
    {
        using var subject = new FitSubject();
        var images = subject.Data(Rows);
        subject.Options.ValidationSet = images;
        subject.Options.Refit = PruneRefit.None;
        using var pruned = subject.Fit(subject.Data(12));
        subject.Options.Budget = PruneBudget.Flops(1);
        using var dense = subject.Fit(subject.Data(12));

        var report = pruned.CreateReport("toy", images, subject.Options.ModelPath);

        var expected = pruned.Report!.Network.HeldOut!;
        Assert.AreEqual(expected.KlDivergence, report.HeldOut!.KlDivergence);
        Assert.AreEqual((expected.Top1Agreement, expected.PrunedTop1), (report.HeldOut.Top1Agreement, report.HeldOut.PrunedTop1));
        int[] before = Best(dense, images), after = Best(pruned, images);
        var changed = Enumerable.Range(0, Rows).Where(row => before[row] != after[row]).ToList();
        Assert.IsNotEmpty(changed, "the toy must change an answer, or nothing is tested");
        CollectionAssert.AreEqual(changed, report.Answers!.Changed.Select(answer => answer.Row).ToList());
        foreach (var layer in report.Layers)
        {
            Assert.AreEqual(pruned.Layers.Single(one => one.Name == layer.Name).KeptBlocks, layer.Kept);
        }

        var example = report.Examples[0];
        using var stream = new MemoryStream(example.Png);
        using var picture = MLImage.CreateFromStream(stream);
        using var original = TestImages.Image(TestImages.Rgb(example.Row));
        CollectionAssert.AreEqual(Rgb(original), Rgb(picture), "the page shows the image that the network was given");
    }

    [TestMethod]
    public void CreateReport_RefusesAnotherNetworkAndOtherClasses()
    {
        using var subject = new FitSubject();
        using var pruned = subject.Fit(subject.Data(12));
        using var other = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config(isDistilled: true)));
        var strangers = subject.Keyed(TestImages.PixelsRows(9, "ape", "bat", "cow"));

        var shape = Assert.ThrowsExactly<InvalidOperationException>(() => pruned.CreateReport("toy", subject.Data(9), other.ModelPath));
        var classes = Assert.ThrowsExactly<InvalidOperationException>(
            () => pruned.CreateReport("toy", strangers, subject.Options.ModelPath));

        StringAssert.Contains(shape.Message, "its shape");
        StringAssert.Contains(classes.Message, "ape");
        StringAssert.Contains(classes.Message, "cat");
    }

    [TestMethod]
    public void SweepResult_CreateReport_IsWhatTheJournalGives()
    {
        using var subject = new FitSubject();
        using var file = new JournalFile();

        var result = subject.Ml.BlockPruning().CreateSweep(subject.Options)
            .SetSearchSpace(new SparsitySearchSpace { Keep = [0.8, 0.001], Block = [new BlockShape(8, 8)] })
            .SetDataset(subject.Data(12), subject.Data(9)).SetJournal(file.FilePath).Run();

        var report = result.CreateReport();
        Assert.AreEqual(SweepJournal.ReadReport(file.FilePath).ToHtml(), report.ToHtml());
        Assert.AreEqual(result.DenseTop1, report.Dense!.Top1);
        Assert.AreEqual(9, report.Dense.Images);
        using var dense = Fit(subject, PruneBudget.Flops(1));
        Assert.AreEqual(dense.MultiplyAdds, report.Dense.MultiplyAdds);
        Assert.AreEqual(dense.DenseWeightBytes, report.Dense.Bytes); // without the indices of a block-sparse one
        Assert.HasCount(2, report.Trials);
    }

    private static SparseViTTransformer Fit(FitSubject subject, PruneBudget budget)
    {
        subject.Options.Budget = budget;
        return subject.Fit(subject.Data(12));
    }

    private static int[] Best(SparseViTTransformer network, IDataView images) =>
        [.. TestData.Scores(network.Transform(images)).Select(scores => Array.IndexOf(scores, scores.Max()))];

    private static List<(byte, byte, byte)> Rgb(MLImage image)
    {
        byte[] pixels = image.Pixels.ToArray();
        bool isBgr = image.PixelFormat == MLPixelFormat.Bgra32;
        return [.. pixels.Chunk(4).Select(pixel => isBgr ? (pixel[2], pixel[1], pixel[0]) : (pixel[0], pixel[1], pixel[2]))];
    }
}
