using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Tests.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

/// <summary>How sure a recommendation is, and when it is not to be trusted.</summary>
[TestClass]
public sealed class SweepWarningsTests
{
    [TestMethod]
    [DataRow(1000, 0.05, 0.95, 0)]
    [DataRow(100, 0.05, 0.95, 1)]
    [DataRow(1000, 0.11, 0.95, 1)]
    [DataRow(1000, 0.1, 0.9, 0)] // the limits themselves are well
    [DataRow(1000, 0.05, 0.89, 1)]
    [DataRow(50, 0.5, 0.5, 3)]
    public void Warnings_AreForFewImagesHighKlAndLowAgreement(int images, double kl, double agreement, int expected)
    {
        var report = Report(images, Trial(kl, agreement));

        Assert.HasCount(expected, report.Notes.Where(note => note.StartsWith("Warning: ", StringComparison.Ordinal)));
        foreach (string note in report.Notes)
        {
            StringAssert.Contains(report.ToMarkdown(), note[..40], StringComparison.Ordinal);
            StringAssert.Contains(new PageDocument(report.ToHtml()).Text, note, StringComparison.Ordinal);
        }
    }

    [TestMethod]
    public void Difference_HasItsStandardError_InEveryForm()
    {
        var report = Report(1000, Trial(0.01, 0.95));

        Assert.AreEqual(0.005, report.DifferenceStandardError);
        string[] texts = [report.ToMarkdown(), new PageDocument(report.ToHtml()).Text];
        Assert.IsTrue(Array.TrueForAll(texts, text => text.Contains("-0.50 ± 0.50 points of top-1", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Difference_OfAJournalWithoutTheFigure_IsThatOfIndependentImages()
    {
        var report = Report(1000, Trial(0.01, agreement: null, error: null));

        // √((0.895 · 0.105 + 0.9 · 0.1) / 1000)
        Assert.AreEqual(0.0135637, report.DifferenceStandardError!.Value, 1e-6);
        StringAssert.Contains(report.ToMarkdown(), "± 1.36 points of top-1 (standard error, at most)");
    }

    [TestMethod]
    public void Ties_GoToTheLeastKl()
    {
        TrialResult[] within = [Tied(0.5, 0.9, 50, 0.3), Tied(0.6, 0.9, 50, 0.1), Tied(0.7, 0.9, 50, 0.2)];
        TrialResult[] below = [Tied(0.5, 0.5, 50, 0.3), Tied(0.6, 0.5, 60, 0.1)];

        Assert.AreEqual(0.6, Recommendation.Of(within, denseTop1: 0.9, maximumDrop: 0.01)!.Keep);
        Assert.AreEqual(0.6, Recommendation.Of(below, denseTop1: 0.9, maximumDrop: 0.01)!.Keep);
    }

    private static SweepReport Report(int images, TrialResult trial) => ReportToys.Sweep(
        [trial],
        new ReferencePoint { Name = "dense", Images = images, Top1 = 0.9, MultiplyAdds = 100, Bytes = 100, Milliseconds = 1 });

    private static TrialResult Trial(double kl, double? agreement, double? error = 0.005) => Result(0.5, 0.895, 50, kl, agreement, error);

    private static TrialResult Tied(double keep, double top1, long multiplyAdds, double kl) =>
        Result(keep, top1, multiplyAdds, kl, null, null);

    private static TrialResult Result(double keep, double top1, long multiplyAdds, double kl, double? agreement, double? error)
    {
        var trial = SweepToys.Trial(keep);
        return new TrialResult
        {
            Keep = trial.Keep,
            Block = trial.Block,
            Criterion = trial.Criterion,
            Refit = trial.Refit,
            Status = TrialStatus.Completed,
            Top1 = top1,
            Top1Agreement = agreement,
            Top1StandardError = error,
            Kl = kl,
            MultiplyAdds = multiplyAdds,
            Bytes = multiplyAdds,
            Milliseconds = 1,
            Seconds = 1,
        };
    }
}
