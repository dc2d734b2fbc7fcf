using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

[TestClass]
public sealed class SweepImportanceTests
{
    private static readonly BlockShape[] Blocks = [new(8, 8), new(16, 16), new(32, 32)];

    /// <summary>
    /// A two-way ANOVA by hand. Top-1 in percent:
    /// <code>
    ///            8x8  16x16  32x32   mean
    /// keep 0.8    90     88     83     87
    /// keep 0.5    80     78     67     75
    /// mean        85     83     75     81
    /// </code>
    /// Sums of squares: total 81 + 49 + 4 + 1 + 9 + 196 = 340; keep 3 (6² + 6²) = 216; block 2 (4² + 2² + 6²) = 112; interaction
    /// (−1)² + (−1)² + 2² + 1² + 1² + (−2)² = 12. Of what keep leaves, 124, the block has 112.
    /// </summary>
    [TestMethod]
    public void Of_IsATwoWayAnovaOnAFullGrid()
    {
        double[] top1 = [90, 88, 83, 80, 78, 67];
        var importance = SweepImportance.Of(Grid((keep, block) => top1[(3 * keep) + block] / 100, (_, block) => block))!;

        Assert.IsTrue(importance.IsFullGrid);
        Assert.AreEqual(6, importance.Trials);
        CollectionAssert.AreEqual(
            new[] { SweepDimension.Keep, SweepDimension.Block }, importance.Dimensions.Select(one => one.Dimension).ToArray());
        Assert.AreEqual(216 / 340.0, importance.Dimensions[0].Top1, 1e-12);
        Assert.AreEqual(112 / 340.0, importance.Dimensions[1].Top1, 1e-12);
        Assert.AreEqual(12 / 340.0, importance.Top1Together!.Value, 1e-12);
        Assert.IsNull(importance.Dimensions[0].Top1AtEqualKeep);
        Assert.AreEqual(112 / 124.0, importance.Dimensions[1].Top1AtEqualKeep!.Value, 1e-12);

        // KL goes by the block alone.
        Assert.AreEqual(0, importance.Dimensions[0].Kl, 1e-12);
        Assert.AreEqual(1, importance.Dimensions[1].Kl, 1e-12);
        Assert.AreEqual(0, importance.KlTogether!.Value, 1e-12);
    }

    /// <summary>The same less the last cell. Means: all 83.8; keep 87 and 79; block 85, 83, 83.</summary>
    [TestMethod]
    public void Of_TakesTheMeansOfWhatIsThereWhereATrialFailed()
    {
        double[] top1 = [90, 88, 83, 80, 78, 67];
        TrialResult[] trials = Grid((keep, block) => top1[(3 * keep) + block] / 100, (_, block) => block);
        trials[5] = TrialResult.FailureOf(trials[5].Trial, "out of luck", 0);

        var single = SweepImportance.Of(trials);
        Assert.IsNull(single, "five trials of three blocks are fewer than two a block");

        TrialResult[] twice = [.. trials, .. Grid((_, _) => 0.838, (_, _) => 1).Select(trial => WithRefit(trial, PruneRefit.None))];
        var importance = SweepImportance.Of(twice)!;

        Assert.IsFalse(importance.IsFullGrid);
        Assert.IsNull(importance.Top1Together);
        Assert.AreEqual(11, importance.Trials);

        // Deviations from 83.8: 6.2, 4.2, −0.8, −3.8, −5.8, and six of 0: squares 38.44 + 17.64 + 0.64 + 14.44 + 33.64 = 104.8.
        // Keep 0.8: six trials, sum of deviations 9.6, mean 1.6; keep 0.5: five, −9.6, −1.92. 6 · 1.6² + 5 · 1.92² = 33.792.
        Assert.AreEqual(33.792 / 104.8, importance.Dimensions[0].Top1, 1e-12);
    }

    [TestMethod]
    public void Of_OneDimensionOrDrawnFractionsIsNothing()
    {
        Assert.IsNull(SweepImportance.Of(SweepToys.Space(0.9, 0.5, 0.3).Keeps.Select(keep => SweepToys.Judge(SweepToys.Trial(keep)))));
        Assert.IsNull(SweepImportance.Of(Enumerable.Range(1, 9).Select(i => SweepToys.Judge(
            SweepToys.Trial(i / 10.0) with { Block = Blocks[i % 3] }))), "every fraction stands once");
        Assert.IsNull(SweepImportance.Of([]));
    }

    [TestMethod]
    public void Of_EqualFiguresExplainNothing()
    {
        var importance = SweepImportance.Of(Grid((_, _) => 0.7, (_, _) => 0.1))!;

        Assert.IsTrue(importance.Dimensions.All(one => one is { Top1: 0, Kl: 0 }));
        Assert.AreEqual(0, importance.Top1Together);
    }

    [TestMethod]
    public void Table_SaysSharesInPercent()
    {
        double[] top1 = [90, 88, 83, 80, 78, 67];
        var importance = SweepImportance.Of(Grid((keep, block) => top1[(3 * keep) + block] / 100, (_, block) => block))!;

        var table = ImportanceWords.Table(importance);

        CollectionAssert.AreEqual(new[] { "kept fraction", "63.5 %", "-", "0.0 %", "-" }, table[1]);
        CollectionAssert.AreEqual(new[] { "block", "32.9 %", "90.3 %", "100.0 %", "100.0 %" }, table[2]);
        CollectionAssert.AreEqual(new[] { "only together", "3.5 %", "-", "0.0 %", "-" }, table[3]);
        StringAssert.Contains(ImportanceWords.Legend(importance), "6 trials");
    }

    private static TrialResult[] Grid(Func<int, int, double> top1, Func<int, int, double> kl) =>
    [
        .. from keep in Enumerable.Range(0, 2)
           from block in Enumerable.Range(0, 3)
           select Of(new Trial(keep == 0 ? 0.8 : 0.5, Blocks[block], PruneCriterion.ObsPath, PruneRefit.Feedback), top1(keep, block),
               kl(keep, block)),
    ];

    private static TrialResult WithRefit(TrialResult result, PruneRefit refit) =>
        Of(result.Trial with { Refit = refit }, result.Top1!.Value, result.Kl!.Value);

    private static TrialResult Of(Trial trial, double top1, double kl) => new()
    {
        Keep = trial.Keep,
        Block = trial.Block,
        Criterion = trial.Criterion,
        Refit = trial.Refit,
        Status = TrialStatus.Completed,
        Top1 = top1,
        Kl = kl,
        MultiplyAdds = 1,
        Bytes = 1,
        Milliseconds = 1,
        Seconds = 1,
    };
}
