using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

[TestClass]
public sealed class FineTunerTests
{
    private readonly FineTuneSubject _subject = new();
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void Run_BringsThePrunedNetworkCloserToTheDenseOne(FineTunePrecision precision)
    {
        var options = FineTuneSubject.Options();
        options.Epochs = 15;
        options.LearningRate = 3e-3;
        options.Precision = precision;

        var tuned = _subject.Run(options);

        Assert.IsLessThan(0.6 * _subject.Divergence(_subject.Pruned), _subject.Divergence(tuned));
    }

    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void Run_ReturnsZeroInRemovedBlocksAndMovesAllElse(FineTunePrecision precision)
    {
        var options = FineTuneSubject.Options();
        options.Precision = precision;

        var tuned = _subject.Run(options);

        int zeros = 0;
        foreach (var (layer, before) in tuned.PrunableLayers.Zip(_subject.Pruned.PrunableLayers))
        {
            var mask = _subject.Plan[layer.Name]!;
            for (int i = 0; i < layer.Weight.Length; i++)
            {
                bool isKept = mask[i / mask.Columns / mask.Shape.Height, i % mask.Columns / mask.Shape.Width];
                zeros += isKept ? 0 : 1;
                Assert.AreEqual(!isKept, BitConverter.SingleToInt32Bits(layer.Weight[i]) == 0, $"{layer.Name}, element {i}");
                Assert.AreEqual(!isKept, layer.Weight[i] == before.Weight[i], $"{layer.Name}, element {i}");
            }
        }

        Assert.IsGreaterThan(0, zeros);
    }

    [TestMethod]
    public void Run_IsRepeatableBitForBitAndFollowsTheSeed()
    {
        var options = FineTuneSubject.Options();
        var first = _subject.Run(options);
        FineTuneSubject.AssertSame(first, _subject.Run(options));

        options.Seed = 99;

        CollectionAssert.AreNotEqual(first.Head.Weight, _subject.Run(options).Head.Weight);
    }

    [TestMethod]
    public void Run_LeavesItsInputsAlone()
    {
        var dense = _subject.Dense.Clone();
        var pruned = _subject.Pruned.Clone();

        _subject.Run(FineTuneSubject.Options());

        FineTuneSubject.AssertSame(dense, _subject.Dense);
        FineTuneSubject.AssertSame(pruned, _subject.Pruned);
    }

    [TestMethod]
    public void Run_ReportsEveryStepAndTheAccuracyOfEachEpoch()
    {
        var reports = new List<FineTuneProgress>();
        float[] images = TinyNetwork.Images(_subject.Dense.Config, 30, seed: 8);
        var plain = new CalibrationSet(_subject.Dense.Spec, images, 30, new int[30]);

        var tuned = new FineTuner(FineTuneSubject.Options()).Run(
            _subject.Dense, _subject.Pruned, _subject.Plan, _subject.Training, plain, reports.Add);

        CollectionAssert.AreEqual(Enumerable.Range(1, 12).ToArray(), reports.Select(report => report.Step).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3 }, reports.Select(report => report.Epoch).ToArray());
        CollectionAssert.AreEqual(
            new[] { 4, 8, 12 }, reports.Where(report => report.ValidationTop1 is not null).Select(report => report.Step).ToArray());
        Assert.IsTrue(reports.All(report => report.TotalSteps == 12 && report.Loss > 0));
        var reference = new ReferenceViT(tuned);
        int right = images.Chunk(_subject.Dense.Config.ImageDim).Count(image => Best(reference.LogProbabilities(image)) == 0);
        Assert.AreEqual(right / 30.0, reports[^1].ValidationTop1!.Value, 1e-12);

        static int Best(double[] values) => Array.IndexOf(values, values.Max());
    }

    [TestMethod]
    public void Run_EndsInTheExceptionOfTheCallback() =>
        Assert.ThrowsExactly<OperationCanceledException>(
            () => _subject.Run(FineTuneSubject.Options(), _ => throw new OperationCanceledException()));

    [TestMethod]
    public void Run_NamesTheStepInWhichTheLossIsNotFinite()
    {
        Array.Fill(_subject.Pruned.Layers[1].Fc1.Bias, 3e38f);

        var error = Assert.ThrowsExactly<ArithmeticException>(() => _subject.Run(FineTuneSubject.Options()));

        StringAssert.Contains(error.Message, "step 1 of 12");
    }

    [TestMethod]
    public void Run_AsksForLabelsWhereTheLossNeedsThem()
    {
        var options = FineTuneSubject.Options();
        options.LabelWeight = 0.5;

        var error = Assert.ThrowsExactly<ArgumentException>(() => _subject.Run(options));

        StringAssert.Contains(error.Message, "LabelWeight");
    }

    [TestMethod]
    public void Run_RefusesNetworksOfDifferentShape()
    {
        var other = new NetworkWeights(ViT.Of(TinyNetwork.Config(mlpDim: 12, isDistilled: true)));

        var error = Assert.ThrowsExactly<ArgumentException>(() => new FineTuner(FineTuneSubject.Options()).Run(
            _subject.Dense, other, new SparsityPlan(), _subject.Training, validation: null, _ => { }));

        StringAssert.Contains(error.Message, "blocks.0.mlp.fc1.weight");
    }

    [TestMethod]
    public void Constructor_NamesTheOptionThatIsOutOfRange()
    {
        var options = FineTuneSubject.Options();
        options.AverageDecay = 1;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FineTuner(options));

        StringAssert.Contains(error.Message, "AverageDecay = 1, expected in [0, 1)");
    }
}
