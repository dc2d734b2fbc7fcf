using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Wherever it is cancelled, <c>Fit</c> ends in one exception, leaves nothing behind, and can be called again.</summary>
[TestClass]
public sealed class FitCancellationTests
{
    private const int Images = 24; // one is held out of the refit, so that layers are trained as a whole too

    [TestMethod]
    [DataRow(PruneStage.Calibrating, false)]
    [DataRow(PruneStage.Scoring, false)]
    [DataRow(PruneStage.Allocating, false)]
    [DataRow(PruneStage.Refitting, false)]
    [DataRow(PruneStage.Refitting, true)] // the reconstruction of the last layer
    [DataRow(PruneStage.FineTuning, false)]
    [DataRow(PruneStage.FineTuning, true)] // the next to ask is what makes the report
    public void Fit_CancelledInAnyStage_LeavesNothingBehind(PruneStage stage, bool atItsEnd)
    {
        using var subject = new FitSubject();
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        subject.Options.CancellationToken = source.Token;
        subject.Options.ValidationSet = subject.Data(3);
        subject.Options.FineTuning = new FineTuneOptions { Epochs = 1, BatchSize = 8, CheckpointPath = folder["state"] };
        subject.Options.Progress = new Reporter(step =>
        {
            if (step.Stage == stage && (!atItsEnd || (step.Done == step.Total && step.Done > 0)))
            {
                source.Cancel();
            }
        });

        AssertCancelled(subject, source.Token);

        string[] left = stage == PruneStage.FineTuning && atItsEnd ? ["state"] : [];
        CollectionAssert.AreEqual(left, folder.Names.ToArray());
        subject.Options.CancellationToken = default;
        subject.Options.FineTuning = null;
        subject.Fit(subject.Data(Images)).Dispose();
    }

    [TestMethod]
    public void Fit_CancelledWhileItReads_Stops()
    {
        using var subject = new FitSubject();
        using var source = new CancellationTokenSource();
        subject.Options.CancellationToken = source.Token;
        subject.Options.LabelColumnName = null;
        int read = 0;
        var rows = TestImages.PixelsRows(Images).Select(row =>
        {
            if (++read == 5)
            {
                source.Cancel();
            }

            return row;
        });

        var error = Assert.ThrowsExactly<OperationCanceledException>(() => subject.Fit(subject.Ml.Data.LoadFromEnumerable(rows)));

        Assert.AreEqual(source.Token, error.CancellationToken);
        Assert.IsLessThan(8, read);
    }

    [TestMethod]
    public void Fit_CancelledWhileItTimesTheNetwork_StopsBeforeTheNextSample()
    {
        using var subject = new FitSubject();
        using var source = new CancellationTokenSource();
        subject.Options.CancellationToken = source.Token;
        subject.Options.Budget = PruneBudget.Latency(0.9, batchSize: 1, numberOfThreads: 1);
        int asked = 0;
        var estimator = new BlockPruneEstimator(subject.Ml, subject.Options)
        {
            MeasureLatency = (weights, preprocessing, grids, request, onSample) =>
                LatencyMeasurement.Measure(weights, preprocessing, grids, request, () =>
                {
                    if (++asked == 4) // of two networks' warm-ups and at least seven rounds
                    {
                        source.Cancel();
                    }

                    onSample();
                }),
        };
        long native = NativeBuffer.LiveBytes;

        var error = Assert.ThrowsExactly<OperationCanceledException>(() => estimator.Fit(subject.Data(Images)));

        Assert.AreEqual(source.Token, error.CancellationToken);
        Assert.AreEqual(4, asked);
        Assert.AreEqual(native, NativeBuffer.LiveBytes);
    }

    private static void AssertCancelled(FitSubject subject, CancellationToken token)
    {
        var guard = TensorLeakGuard.Start();
        long native = NativeBuffer.LiveBytes;
        var data = subject.Data(Images);

        var error = Assert.ThrowsExactly<OperationCanceledException>(() => subject.Fit(data));

        Assert.AreEqual(token, error.CancellationToken);
        guard.AssertNothingLeaked();
        Assert.AreEqual(native, NativeBuffer.LiveBytes);
    }

    /// <summary>Reports at once, on the thread that prunes.</summary>
    private sealed class Reporter(Action<PruneProgress> report) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => report(value);
    }
}
