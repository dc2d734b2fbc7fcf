using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Executors;

[TestClass]
public sealed class CheckedExecutorTests
{
    private static readonly Trial Asked = new(0.5, new BlockShape(4, 4), PruneCriterion.Magnitude, PruneRefit.None, 0, null);

    /// <summary>An HTTP client ends a request that takes too long in this way: it is the trial's failure, not the sweep's end.</summary>
    [TestMethod]
    public void Run_OfAnExecutorThatCancelsByItself_IsAFailure()
    {
        using var executor = new CheckedExecutor(new Answering(_ => throw new TaskCanceledException("too long")), ToyFamily.Spec);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => executor.Run(Asked, _ => { }, CancellationToken.None));

        Assert.Contains("too long", error.Message);
    }

    [TestMethod]
    public void Run_WhoseCallerCancels_IsCancelled()
    {
        using var executor = new CheckedExecutor(
            new Answering(onProgress => onProgress(new PruneProgress(PruneStage.Scoring, 1, 2))), ToyFamily.Spec);

        Assert.ThrowsExactly<OperationCanceledException>(
            () => executor.Run(Asked, _ => throw new OperationCanceledException(), CancellationToken.None));
    }

    [TestMethod]
    public void Run_WhoseModelIsOfAnotherNetwork_IsRefused()
    {
        var answer = new TrialOutcome(
            new TrialResult
            {
                Keep = Asked.Keep,
                Block = Asked.Block,
                Criterion = Asked.Criterion,
                Refit = Asked.Refit,
                Status = TrialStatus.Completed,
                Seconds = 1,
            },
            RandomNetworks.SmallPruned(), report: null);
        using var executor = new CheckedExecutor(new Answering(_ => { }, answer), ToyFamily.Spec);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => executor.Run(Asked, _ => { }, CancellationToken.None));

        Assert.Contains("a model of another network", error.Message);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(-1)]
    public void Run_WithAnImagesAnswerThatCannotBe_IsRefused(float kl)
    {
        var answer = new TrialOutcome(SweepToys.Result(Asked, 0.5, 100, [0.1f, kl]));
        using var executor = new CheckedExecutor(new Answering(_ => { }, answer), ToyFamily.Spec);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => executor.Run(Asked, _ => { }, CancellationToken.None));

        Assert.Contains("an imageKl is", error.Message);
    }

    private sealed class Answering(Action<Action<PruneProgress>> run, TrialOutcome? answer = null) : ITrialExecutor
    {
        public double DenseTop1 => 1;

        public int CalibrationImages => 1;

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
        {
            run(onProgress);
            return answer!;
        }

        public void Dispose()
        {
        }
    }
}
