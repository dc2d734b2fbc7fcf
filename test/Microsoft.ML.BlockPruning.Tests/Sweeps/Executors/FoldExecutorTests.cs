using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Executors;

/// <summary>The error of the difference in top-1 is that of all images at once, however they are dealt to folds.</summary>
[TestClass]
public sealed class FoldExecutorTests
{
    /// <summary>√((2 + 0) / 6 − ((2 − 0) / 6)²) / √6.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(6)]
    public void Run_OfSixImages_TwoOfWhichAreLost(int folds)
    {
        bool[] dense = [true, true, true, true, false, true], pruned = [true, false, true, true, false, false];

        Assert.AreEqual(0.19245008972987526, ErrorOf(dense, pruned, folds), 1e-12);
    }

    [TestMethod]
    public void Run_GivesTheErrorOfAllPairs()
    {
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            int images = random.Next(2, 400);
            double noise = random.NextDouble();
            bool[] dense = [.. Enumerable.Range(0, images).Select(_ => random.NextDouble() < 0.8)];
            bool[] pruned = [.. dense.Select(right => random.NextDouble() < noise ? random.NextDouble() < 0.5 : right)];

            double error = ErrorOf(dense, pruned, folds: random.Next(1, Math.Min(images, 12) + 1));

            Assert.AreEqual(PairedError(dense, pruned), error, 1e-9, $"{images} images, sample {i}");
        }
    }

    [TestMethod]
    public void Run_OfTheSameAnswers_HasNoError() => Assert.AreEqual(0, ErrorOf([true, false, true], [true, false, true], folds: 3));

    private static double ErrorOf(bool[] dense, bool[] pruned, int folds)
    {
        var parts = Enumerable.Range(0, folds)
            .Select(fold => (
                Dense: dense.Where((_, image) => image % folds == fold).ToArray(),
                Pruned: pruned.Where((_, image) => image % folds == fold).ToArray()))
            .ToList();
        using var executor = new FoldExecutor(
            [.. parts.Select(part => ((ITrialExecutor)new Judged(part.Dense, part.Pruned), part.Dense.Length))]);
        return executor.Run(SweepToys.Trial(0.5), _ => { }, CancellationToken.None).Result.Top1StandardError!.Value;
    }

    // Brute force: the deviation of the differences, image by image, over the root of their number.
    private static double PairedError(bool[] dense, bool[] pruned)
    {
        double[] differences = [.. dense.Zip(pruned, (before, after) => (after ? 1.0 : 0) - (before ? 1.0 : 0))];
        double mean = differences.Average();
        return Math.Sqrt(differences.Average(difference => (difference - mean) * (difference - mean)) / differences.Length);
    }

    private static double Fraction(bool[] right) => right.Count(one => one) / (double)right.Length;

    private sealed class Judged(bool[] dense, bool[] pruned) : ITrialExecutor
    {
        public double DenseTop1 => Fraction(dense);

        public int CalibrationImages => 1;

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken) => new(
            new TrialResult
            {
                Keep = trial.Keep,
                Block = trial.Block,
                Criterion = trial.Criterion,
                Refit = trial.Refit,
                Status = TrialStatus.Completed,
                Top1 = Fraction(pruned),
                Top1Agreement = 1,
                Top1StandardError = PairedError(dense, pruned),
                Kl = 0,
                MultiplyAdds = 1,
                Bytes = 1,
                Milliseconds = 1,
                Seconds = 1,
            });

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
