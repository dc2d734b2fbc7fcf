using System.Globalization;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Tests.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

[TestClass]
public sealed class SweepReportTests
{
    private static readonly ReferencePoint Int8 = new() { Name = "ONNX Runtime int8", Top1 = 0.89, Milliseconds = 0.8 };

    [TestMethod]
    public void Report_ListsAStoppedTrialWithItsReason_AndNotAsFailed()
    {
        var stopped = TrialResult.StoppedOf(SweepToys.Trial(0.3), $"worse than the {ReportToys.Hostile}");
        var report = ReportToys.Sweep([.. ReportToys.Trials(), stopped], ReportToys.Dense);
        var page = new PageDocument(report.ToHtml());

        page.AssertStandsAlone();
        StringAssert.Contains(page.Text, "6 trials, 1 of them failed, 1 stopped early.");
        StringAssert.Contains(page.Text, "keep 0.3, block 8x8, ObsPath, Feedback: worse than the </title><script>");
        Assert.HasCount(1, page.OfClass("failed"));
        StringAssert.Contains(report.ToMarkdown(), "## Trials stopped early");
        Assert.DoesNotContain("stopped", ReportToys.Sweep(ReportToys.Dense).ToMarkdown());
    }

    [TestMethod]
    public void ToHtml_StandsAlone_AndShowsEveryTrial()
    {
        var report = ReportToys.Sweep(ReportToys.Dense, Int8).WithModel(ReportToys.Model());
        var page = new PageDocument(report.ToHtml());

        page.AssertStandsAlone();
        string[] rows = [.. page.All("tr").Select(row => row.Value)];
        foreach (var trial in report.Trials)
        {
            Assert.HasCount(1, rows.Where(row => row.StartsWith(trial.Trial.ToString(), StringComparison.Ordinal)));
        }

        Assert.HasCount(1, page.OfClass("failed"));
        StringAssert.Contains(page.Text, "cannot: </title><script>");
        StringAssert.Contains(page.Text, SweepToys.Session.Machine);
    }

    [TestMethod]
    public void Plots_HaveADotForEachTrial_TheFrontAsALine_AndReferencesWhereTheyAreMeasured()
    {
        var report = ReportToys.Sweep(ReportToys.Dense, Int8);

        foreach (var (file, svg) in report.ToPlots("s"))
        {
            var plot = new PageDocument(svg);
            plot.AssertStandsAlone();
            var cost = file.Contains("bytes", StringComparison.Ordinal) ? TrialCost.Bytes
                : file.Contains("multiply-adds", StringComparison.Ordinal) ? TrialCost.MultiplyAdds : TrialCost.Milliseconds;
            var completed = report.Trials.Where(trial => trial.IsCompleted).ToList();
            int unbeaten = completed.Count(one => !completed.Any(other => other.Top1 >= one.Top1
                && ParetoFront.CostOf(other, cost) <= ParetoFront.CostOf(one, cost) && other != one));

            // One more of each kind is in the legend.
            int recommended = plot.OfClass("p-recommended").Count() - 1;
            int best = plot.OfClass("p-front").Count() - 1;
            int beaten = plot.OfClass("p-trial").Count() - 1;
            Assert.AreEqual(1, recommended);
            Assert.AreEqual(completed.Count, recommended + best + beaten, file);
            Assert.HasCount(unbeaten, ((string)plot.OfClass("p-line").Single().Attribute("points")!).Split(' '), file);
            Assert.HasCount(2, plot.OfClass("p-dense"), file);
            Assert.HasCount(cost == TrialCost.Milliseconds ? 2 : 0, plot.OfClass("p-reference"), file);
        }
    }

    [TestMethod]
    public void Recommended_IsWhatBruteForceFinds_AndIsSaidFirst()
    {
        var report = ReportToys.Sweep(ReportToys.Dense);

        // 0.895 loses half a point, 0.885 one and a half: of 0.8 and 0.5 the latter is cheaper.
        Assert.AreEqual(0.5, report.Recommended!.Keep);
        string answer = new PageDocument(report.ToHtml()).OfClass("answer").Single().Value;
        StringAssert.Contains(answer, "Take keep 0.5, block 8x8, ObsPath, Feedback.");
        StringAssert.Contains(answer, "89.50 % of 1,000 validation images, 5 fewer than the dense network (90.00 %).");
        StringAssert.Contains(answer, "50.0 of 100.0 million multiply-adds");
        StringAssert.Contains(answer, "(2.00 times as fast as dense)");
        StringAssert.Contains(answer, "5 trials, 1 of them failed");
    }

    [TestMethod]
    public void Report_SaysWhereNoTrialIsWithinTheLimit_AndWhereNoneWasCompleted()
    {
        var far = ReportToys.Sweep([ReportToys.Trial(0.3, 0.5, 30, 1), ReportToys.Trial(0.2, 0.4, 20, 1)], ReportToys.Dense);
        var none = ReportToys.Sweep([TrialResult.FailureOf(SweepToys.Trial(0.01), "no", 1)], ReportToys.Dense);
        var unknown = ReportToys.Sweep([ReportToys.Trial(0.3, 0.5, 30, 1), ReportToys.Trial(0.2, 0.4, 20, 1)]);

        StringAssert.Contains(far.ToMarkdown(), "No trial loses at most 1 point of top-1");
        Assert.AreEqual(0.3, far.Recommended!.Keep);
        StringAssert.Contains(new PageDocument(none.ToHtml()).Text, "no trial was completed");
        Assert.IsEmpty(none.ToPlots());
        Assert.AreEqual(0.3, unknown.Recommended!.Keep);
        StringAssert.Contains(unknown.ToMarkdown(), "what the dense network finds is not known");
    }

    [TestMethod]
    public void ToMarkdown_NamesItsPlots_AndKeepsItsTables()
    {
        var report = ReportToys.Sweep(ReportToys.Dense).WithModel(ReportToys.Model());
        string[] lines = report.ToMarkdown("my sweep").Split('\n');

        foreach (string file in report.ToPlots("my sweep").Keys)
        {
            Assert.HasCount(1, lines.Where(line => line.EndsWith($"]({Uri.EscapeDataString(file)})", StringComparison.Ordinal)), file);
        }

        string[] trials = [.. lines.Where(line => line.StartsWith("| keep", StringComparison.Ordinal))];
        Assert.HasCount(5, trials);
        string heads = lines.Single(line => line.StartsWith("| trial", StringComparison.Ordinal));
        Assert.IsTrue(trials.All(row => row.Count(c => c == '|') == heads.Count(c => c == '|')));
        Assert.IsFalse(lines.Any(line => line.Contains("<script", StringComparison.Ordinal)));
        Assert.Contains(line => line.Contains("\\[b\\](http", StringComparison.Ordinal), lines);
    }

    [TestMethod]
    public void Report_IsTheSameForTheSameSweep_AndInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        string expected = All();
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = comma;
            Assert.AreEqual(expected, All());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public void FromJournal_GivesTheReportOfWhatIsInTheFile()
    {
        using var file = new JournalFile();
        using (var journal = file.Open())
        {
            journal.Append(ReportToys.Dense);
            foreach (var trial in ReportToys.Trials())
            {
                journal.Append(trial);
            }
        }

        var report = SweepJournal.ReadReport(file.FilePath);

        Assert.AreEqual(ReportToys.Sweep(ReportToys.Dense).ToHtml(), report.ToHtml());
        Assert.AreEqual(0.8, SweepJournal.ReadReport(file.FilePath, maximumDrop: 0.001).Recommended!.Keep);
        File.AppendAllText(file.FilePath, "{\"keep\":0.3,\"bl");
        Assert.HasCount(1, SweepJournal.ReadReport(file.FilePath).Notes);
    }

    [TestMethod]
    public void Final_OfTheRecommendedTrialIsTheAnswer_AndIsNoTrial()
    {
        using var file = new JournalFile();
        using (var journal = file.Open())
        {
            journal.Append(ReportToys.Dense);
            foreach (var trial in ReportToys.Trials())
            {
                journal.Append(trial);
            }

            journal.AppendFinal(SweepToys.Result(SweepToys.Trial(0.5) with { Refit = PruneRefit.Reconstruction }, 0.899, 50_000_000));
            journal.AppendFinal(SweepToys.Result(SweepToys.Trial(0.4) with { Refit = PruneRefit.Reconstruction }, 0.888, 40_000_000));
        }

        var report = SweepJournal.ReadReport(file.FilePath);

        // The second one is of a trial that loses too much to be recommended.
        Assert.AreEqual((0.5, 0.899), (report.Final!.Keep, report.Final.Top1));
        Assert.HasCount(5, report.Trials);
        string answer = new PageDocument(report.ToHtml()).OfClass("answer").Single().Value;
        StringAssert.Contains(answer, "Take keep 0.5, block 8x8, ObsPath, Reconstruction.");
        StringAssert.Contains(answer, "89.90 % of 1,000 validation images, 1 fewer than");
        StringAssert.Contains(answer, "As a trial, with the refit Feedback, it found the class of 89.50 %");
        Assert.IsNull(SweepJournal.ReadReport(file.FilePath, maximumDrop: 0.001).Final, "the recommended trial is another one");
    }

    [TestMethod]
    public void Final_ThatFailedIsSaid_AndTheTrialsFiguresStand()
    {
        using var file = new JournalFile();
        using (var journal = file.Open())
        {
            journal.Append(ReportToys.Dense);
            journal.Append(ReportToys.Trial(0.5, 0.895, 50, 1));
            journal.AppendFinal(TrialResult.FailureOf(SweepToys.Trial(0.5) with { Refit = PruneRefit.Reconstruction }, "no memory", 1));
        }

        string answer = new PageDocument(SweepJournal.ReadReport(file.FilePath).ToHtml()).OfClass("answer").Single().Value;

        StringAssert.Contains(answer, "Take keep 0.5, block 8x8, ObsPath, Feedback.");
        StringAssert.Contains(answer, "refit Reconstruction failed");
        StringAssert.Contains(answer, "no memory");
    }

    [TestMethod]
    public void FromJournal_RefusesAJournalWithoutTrials()
    {
        using var file = new JournalFile();
        file.Open().Dispose();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SweepJournal.ReadReport(file.FilePath));
        StringAssert.Contains(error.Message, "no finished");
        Assert.ThrowsExactly<FileNotFoundException>(() => SweepJournal.ReadReport(file.FilePath + "x"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepJournal.ReadReport(file.FilePath, maximumDrop: 2));
    }

    private static string All()
    {
        var report = ReportToys.Sweep(ReportToys.Dense, Int8).WithModel(ReportToys.Model());
        return string.Concat([report.ToHtml(), report.ToMarkdown(), .. report.ToPlots().Values]);
    }
}
