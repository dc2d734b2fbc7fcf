using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class BlockPruneEstimatorTests
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Estimator_HoldsMlNetsContract_ForEveryColumnType()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        IDataView[] valid =
        [
            WithKey(_ml.Data.LoadFromEnumerable(TestImages.ImageRows(9, Labels))),
            WithKey(_ml.Data.LoadFromEnumerable(TestImages.EncodedRows(9, Labels))),
            WithKey(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels))),
        ];
        IDataView[] invalid =
        [
            WithKey(_ml.Data.LoadFromEnumerable(new[] { new Prediction { PredictedLabel = "cat" } }), "PredictedLabel"), // no Image
            _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels)), // Label is text
            _ml.Transforms.DropColumns("Label").Fit(valid[0]).Transform(valid[0]),
            _ml.Transforms.CopyColumns("Image", "Id").Fit(valid[0]).Transform(valid[0]), // Image is a number
        ];
        foreach (var data in valid)
        {
            EstimatorContract.AssertHolds(_ml, _ml.Transforms.PruneBlocks(Options(checkpoint)), data, invalid);
        }
    }

    [TestMethod]
    public void Fit_KeepsToTheBudget_ToOneBlock()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));

        using var transformer = Fit(Options(checkpoint));

        long largestBlock = 5 * 8 * 8; // tokens x weights
        long budget = transformer.DenseMultiplyAdds * 7 / 10;
        Assert.IsLessThanOrEqualTo(budget, transformer.MultiplyAdds);
        Assert.IsGreaterThan(budget - largestBlock, transformer.MultiplyAdds);
    }

    [TestMethod]
    public void Fit_BySparsity_RemovesThatManyBlocks()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint);
        options.Budget = PruneBudget.Sparsity(0.25);

        using var transformer = Fit(options);

        int total = transformer.Layers.Sum(layer => layer.TotalBlocks); // 2 x (12 + 4 + 8 + 8)
        Assert.AreEqual(64, total);
        Assert.AreEqual(48, transformer.Layers.Sum(layer => layer.KeptBlocks));
    }

    [TestMethod]
    public void Fit_WithTheSameSeed_KeepsTheSameBlocksAndWeights()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint);
        options.MaximumCalibrationImages = 5; // a sample, so that the seed matters twice

        TestData.AssertSameBits(ScoresOf(new MLContext(seed: 3), options), ScoresOf(new MLContext(seed: 3), options));
    }

    [TestMethod]
    public void Fit_LeavesTheModelFileAlone()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        byte[] before = File.ReadAllBytes(checkpoint.ModelPath);

        Fit(Options(checkpoint)).Dispose();

        CollectionAssert.AreEqual(before, File.ReadAllBytes(checkpoint.ModelPath));
        CollectionAssert.AreEqual(new[] { "config.json", "model.safetensors" }, checkpoint.FileNames());
    }

    [TestMethod]
    public void Fit_LeaksNoTensor()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var guard = TensorLeakGuard.Start();

        Fit(Options(checkpoint)).Dispose();

        guard.AssertNothingLeaked();
    }

    [TestMethod]
    public void Fit_ReportsEveryStageInOrder_AndLogsEachOnce()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var log = new List<string>();
        _ml.Log += (_, e) => log.Add(e.Message);
        var reported = new List<PruneProgress>();
        var options = Options(checkpoint);
        options.Progress = new Reporter(reported.Add);

        Fit(options).Dispose();

        PruneStage[] stages =
        [
            PruneStage.Reading, PruneStage.Calibrating, PruneStage.Scoring, PruneStage.Allocating, PruneStage.Refitting,
            PruneStage.Measuring,
        ];
        CollectionAssert.AreEqual(stages, reported.Select(step => step.Stage).Distinct().ToArray());
        foreach (var stage in stages)
        {
            var last = reported.Last(step => step.Stage == stage);
            Assert.AreEqual(last.Total, last.Done);
            Assert.AreEqual(1, last.Share);
            Assert.HasCount(1, log.FindAll(line => line.Contains($"{stage} started", StringComparison.Ordinal)));
            Assert.HasCount(1, log.FindAll(line => line.Contains($"{stage} done", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public void Fit_WithFineTuning_TrainsWithinTheSameBlocksAndReportsTheStage()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var reported = new List<PruneProgress>();
        var options = Options(checkpoint);
        using var plain = Fit(options);
        options.FineTuning = new FineTuneOptions { Epochs = 2, BatchSize = 4 };
        options.Progress = new Reporter(reported.Add);
        var guard = TensorLeakGuard.Start();

        using var tuned = Fit(options);

        guard.AssertNothingLeaked();
        CollectionAssert.AreEqual(
            plain.Layers.Select(layer => layer.KeptBlocks).ToArray(), tuned.Layers.Select(layer => layer.KeptBlocks).ToArray());
        Assert.AreEqual(PruneStage.Measuring, reported[^1].Stage);
        var steps = reported.FindAll(step => step.Stage == PruneStage.FineTuning && step.Total > 0);
        CollectionAssert.AreEqual(Enumerable.Range(1, steps[0].Total).ToArray(), steps.Select(step => step.Done).ToArray());
        var tunedScores = ScoresOf(new MLContext(seed: 1), options);
        options.FineTuning = null;
        CollectionAssert.AreNotEqual(ScoresOf(new MLContext(seed: 1), options)[0], tunedScores[0], "Training moved nothing.");
    }

    [TestMethod]
    public void Constructor_RefusesALabelLossWithoutLabels()
    {
        var options = new BlockPruneEstimator.Options { ModelPath = "any.safetensors", FineTuning = new() { LabelWeight = 1 } };

        var error = Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.PruneBlocks(options));

        StringAssert.Contains(error.Message, "LabelWeight");
    }

    [TestMethod]
    public void Fit_CancelledByItsToken_StopsAndTheProcessGoesOn()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        using var source = new CancellationTokenSource();
        var options = Options(checkpoint);
        options.CancellationToken = source.Token;
        options.Progress = new Reporter(step =>
        {
            if (step.Stage == PruneStage.Scoring)
            {
                source.Cancel();
            }
        });
        var guard = TensorLeakGuard.Start();

        var error = Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));

        Assert.AreEqual(source.Token, error.CancellationToken);
        guard.AssertNothingLeaked();
        Fit(Options(checkpoint)).Dispose();
    }

    [TestMethod]
    public void Fit_CancelledByItsContext_Stops()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint);
        options.Progress = new Reporter(_ => MlNetCancellation.Cancel(_ml));

        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));
    }

    [TestMethod]
    public void Options_ChangedAfterwards_DoNotChangeTheEstimator()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint);
        var estimator = _ml.Transforms.PruneBlocks(options);

        options.ModelPath = "";

        estimator.Fit(Calibration()).Dispose();
    }

    [TestMethod]
    public void Fit_OnGivenLabels_SkipsRowsWithoutOne()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint);
        options.CalibrationLabels = CalibrationLabels.Column;
        var rows = TestImages.PixelsRows(9, Labels);
        var bad = new PixelsRow { Image = [.. Enumerable.Repeat(float.NaN, 768)], Label = "no class", Id = 9 };
        var toKey = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(rows));

        // The image of the row without a label is NaN: reading it would throw.
        using var transformer = _ml.Transforms.PruneBlocks(options).Fit(toKey.Transform(_ml.Data.LoadFromEnumerable(rows.Append(bad))));

        Assert.HasCount(3, transformer.LabelNames);
    }

    private static BlockPruneEstimator.Options Options(TestCheckpoint checkpoint) => new()
    {
        ModelPath = checkpoint.ModelPath,
        Block = new BlockShape(8, 8),
        Budget = PruneBudget.Flops(0.7),
        BatchSize = 4,
    };

    private static List<float[]> ScoresOf(MLContext ml, BlockPruneEstimator.Options options)
    {
        var data = ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels));
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        using var transformer = ml.Transforms.PruneBlocks(options).Fit(keyed);
        return TestData.Scores(transformer.Transform(keyed));
    }

    private SparseViTTransformer Fit(BlockPruneEstimator.Options options) => _ml.Transforms.PruneBlocks(options).Fit(Calibration());

    private IDataView Calibration() => WithKey(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels)));

    private IDataView WithKey(IDataView data, string column = "Label") =>
        _ml.Transforms.Conversion.MapValueToKey("Label", column).Fit(data).Transform(data);

    /// <summary>Reports at once, on the thread that prunes.</summary>
    private sealed class Reporter(Action<PruneProgress> report) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => report(value);
    }
}
