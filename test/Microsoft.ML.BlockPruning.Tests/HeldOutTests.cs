using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Images that pruning does not see: where they come from, who uses them, what is refused.</summary>
[TestClass]
public sealed class HeldOutTests
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    [TestMethod]
    [DataRow(CalibrationLabels.Sampled)]
    [DataRow(CalibrationLabels.Column)]
    public void FineTuning_TellsTheAccuracyOfEveryEpoch(CalibrationLabels labels)
    {
        using var subject = new FitSubject();
        var reported = new List<PruneProgress>();
        subject.Options.CalibrationLabels = labels;
        subject.Options.ValidationSetFraction = 0.25;
        subject.Options.FineTuning = new FineTuneOptions { Epochs = 2, BatchSize = 4 };
        subject.Options.Progress = new Reporter(reported.Add);

        using var transformer = subject.Fit(subject.Data(24));

        var told = reported.FindAll(step => step.ValidationTop1 is not null);
        Assert.HasCount(2, told);
        Assert.AreEqual(reported.FindLast(step => step.Stage == PruneStage.FineTuning), told[^1]);
        var heldOut = transformer.Report!.Network.HeldOut!;
        Assert.AreEqual(6, heldOut.Images);
        Assert.AreEqual(heldOut.PrunedTop1!.Value, told[^1].ValidationTop1!.Value, 1e-12);
    }

    [TestMethod]
    public void ImagesWithoutLabels_AreComparedButNotJudged()
    {
        using var subject = new FitSubject();
        var reported = new List<PruneProgress>();
        subject.Options.ValidationSet = subject.Ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6).Select(row => new { row.Image }));
        subject.Options.FineTuning = new FineTuneOptions { Epochs = 1, BatchSize = 4 };
        subject.Options.Progress = new Reporter(reported.Add);

        using var transformer = subject.Fit(subject.Data(9));

        var heldOut = transformer.Report!.Network.HeldOut!;
        Assert.AreEqual(6, heldOut.Images);
        Assert.IsNull(heldOut.DenseTop1);
        Assert.IsNull(heldOut.PrunedTop1);
        Assert.IsTrue(reported.TrueForAll(step => step.ValidationTop1 is null));
    }

    [TestMethod]
    public void ValidationSet_ChangesNoScore()
    {
        using var subject = new FitSubject();
        using var without = subject.Fit(subject.Data(9));
        subject.Options.ValidationSet = subject.Data(5);

        using var with = subject.Fit(subject.Data(9));

        TestData.AssertSameBits(TestData.Scores(without.Transform(subject.Data(9))), TestData.Scores(with.Transform(subject.Data(9))));
    }

    [TestMethod]
    public void Options_OutOfRange_AreRefusedAtOnce()
    {
        using var subject = new FitSubject();
        foreach (double fraction in new[] { -0.1, 1, double.NaN })
        {
            subject.Options.ValidationSetFraction = fraction;
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => subject.Ml.Transforms.PruneBlocks(subject.Options));
        }

        subject.Options.ValidationSetFraction = 0.1;
        subject.Options.ValidationSet = subject.Data(3);

        var error = Assert.ThrowsExactly<ArgumentException>(() => subject.Ml.Transforms.PruneBlocks(subject.Options));

        StringAssert.Contains(error.Message, "take one of them");
    }

    [TestMethod]
    public void ValidationSet_ThatDoesNotFit_IsRefusedBeforeAnyWork()
    {
        AssertRefused<ArgumentOutOfRangeException>(subject => subject.Ml.Data.LoadFromEnumerable(new[] { new { Id = 1 } }), "image column");
        AssertRefused<ArgumentOutOfRangeException>(
            subject => subject.Ml.Data.LoadFromEnumerable(TestImages.PixelsRows(3, Labels)), "label column"); // text, no key
        AssertRefused<InvalidOperationException>(subject => subject.Keyed(TestImages.PixelsRows(3, "cat", "dog")), "other keys");
        AssertRefused<InvalidOperationException>(subject => subject.Keyed(TestImages.PixelsRows(3, "owl", "dog", "cat")), "another order");
    }

    [TestMethod]
    public void ValidationSet_WithoutRows_AndAFractionOfOneImage_AreRefused()
    {
        using var subject = new FitSubject();
        subject.Options.LabelColumnName = null;
        subject.Options.ValidationSet = subject.Ml.Data.LoadFromEnumerable(new List<PixelsRow>());
        var noRows = Assert.ThrowsExactly<InvalidOperationException>(() => subject.Fit(subject.Data(3)));
        subject.Options.ValidationSet = null;
        subject.Options.ValidationSetFraction = 0.5;
        var one = Assert.ThrowsExactly<InvalidOperationException>(() => subject.Fit(subject.Data(1)));

        StringAssert.Contains(noRows.Message, "ValidationSet has no rows");
        StringAssert.Contains(one.Message, "give at least two");
    }

    private static void AssertRefused<T>(Func<FitSubject, IDataView> set, string expected)
        where T : Exception
    {
        using var subject = new FitSubject();
        subject.Options.ValidationSet = set(subject);
        subject.Options.Progress = new Reporter(_ => Assert.Fail("work began"));

        var error = Assert.ThrowsExactly<T>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, expected, StringComparison.Ordinal);
    }

    /// <summary>Reports at once, on the thread that prunes.</summary>
    private sealed class Reporter(Action<PruneProgress> report) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => report(value);
    }
}
