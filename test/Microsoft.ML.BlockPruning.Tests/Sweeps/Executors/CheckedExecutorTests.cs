using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

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

    private sealed class Answering(Action<Action<PruneProgress>> run) : ITrialExecutor
    {
        public double DenseTop1 => 1;

        public int CalibrationImages => 1;

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
        {
            run(onProgress);
            return null!;
        }

        public void Dispose()
        {
        }
    }
}
