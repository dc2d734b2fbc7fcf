using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

/// <summary>Trials and results without a network.</summary>
internal static class SweepToys
{
    public static readonly SweepIdentity Identity = new("aaaa", "bbbb", "Global, Sampled", 1, "0.1.0");

    public static readonly JournalSession Session = JournalSession.Current("portable");

    public static SweepSpace Space(params double[] keeps) =>
        new(keeps, [new BlockShape(8, 8)], [PruneCriterion.ObsPath], [PruneRefit.Feedback], [0]);

    public static SweepSpace Space(double[] keeps, BlockShape[] blocks, PruneCriterion[] criteria) =>
        new(keeps, blocks, criteria, [PruneRefit.Feedback], [0]);

    public static Trial Trial(double keep) => new(keep, new BlockShape(8, 8), PruneCriterion.ObsPath, PruneRefit.Feedback);

    public static TrialResult Result(
        Trial trial, double top1, long multiplyAdds, IReadOnlyList<float>? imageKl = null, double? standardError = null) =>
        new()
        {
            Keep = trial.Keep,
            Block = trial.Block,
            Criterion = trial.Criterion,
            Refit = trial.Refit,
            FineTuneEpochs = trial.FineTuneEpochs,
            CalibrationImages = trial.CalibrationImages,
            Status = TrialStatus.Completed,
            Top1 = top1,
            Top1StandardError = standardError,
            Kl = 1.0 / 3,
            ImageKl = imageKl,
            MultiplyAdds = multiplyAdds,
            Bytes = 2 * multiplyAdds,
            Milliseconds = 0.1,
            Seconds = 0.25,
        };

    /// <summary>What does not depend on the clock, to compare.</summary>
    public static string Figures(TrialResult result) =>
        $"{result.Trial} {result.Status} {result.Top1:R} {result.Kl:R} {result.MultiplyAdds} {result.Bytes} "
        + $"{result.Error}{result.StopReason}";

    /// <summary>Accuracy 0.9 at keep 1, falling; the multiply-adds are a thousand times what is kept.</summary>
    public static TrialResult Judge(Trial trial) =>
        Result(trial, 0.9 - (0.2 * (1 - trial.Keep) * (1 - trial.Keep)), (long)(1000 * trial.Keep));

    /// <summary>Runs a tuner to its end against results made up by a function.</summary>
    public static IReadOnlyList<TrialResult> Exhaust(
        ITuner tuner, SweepSpace space, Func<Trial, TrialResult> judge, double denseTop1 = 0.9, int calibrationImages = 1000)
    {
        var finished = new Dictionary<Trial, TrialResult>();
        while (tuner.Coming(new TunerState(space, denseTop1, calibrationImages, finished)).FirstOrDefault() is { } trial)
        {
            finished.Add(trial, judge(trial));
            Assert.IsLessThan(10_000, finished.Count, "the tuner does not end");
        }

        return [.. finished.Values];
    }

    /// <summary>An executor that answers from a function and counts.</summary>
    public sealed class Executor(Func<Trial, TrialResult> judge, SparseViT? network = null) : ITrialExecutor
    {
        public List<Trial> Ran { get; } = [];

        public double DenseTop1 => 0.9;

        public int CalibrationImages => 1000;

        public void Dispose()
        {
            // Nothing is held.
        }

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Ran.Add(trial);
            return new TrialOutcome(judge(trial), network, report: null);
        }
    }
}
