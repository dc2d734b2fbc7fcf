using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The transformer among ML.NET's own parts.</summary>
[TestClass]
public sealed class PipelineTests : IDisposable
{
    private static readonly string[] Names = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);
    private readonly TestCheckpoint _checkpoint = new(TestNetworks.Weights(TestNetworks.Config()), Names);

    public void Dispose() => _checkpoint.Dispose();

    [TestMethod]
    public void Evaluate_WithKeysInAnotherOrderThanTheClasses_FindsEveryRowRight()
    {
        var rows = RowsLabelledByTheNetwork(keepFirst: "owl");
        var data = _ml.Data.LoadFromEnumerable(rows);

        var scored = Pipeline(keep: 1).Fit(data).Transform(data);
        var metrics = _ml.MulticlassClassification.Evaluate(scored);

        Assert.AreEqual("owl", KeyValues(scored.Schema["Label"])[0]); // else the test shows nothing
        Assert.AreEqual(1, metrics.MicroAccuracy);
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [TestMethod]
    public void MapKeyToValue_GivesTheClassesNames()
    {
        var rows = RowsLabelledByTheNetwork(keepFirst: "owl");
        var data = _ml.Data.LoadFromEnumerable(rows);

        var scored = Pipeline(keep: 1).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data).Transform(data);

        CollectionAssert.AreEqual(rows.Select(row => row.Label).ToArray(), scored.GetColumn<string>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void CrossValidate_ScoresEveryFold()
    {
        var data = _ml.Data.LoadFromEnumerable(RowsLabelledByTheNetwork(keepFirst: "cat"));
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        var folds = _ml.MulticlassClassification.CrossValidate(keyed, _ml.Transforms.PruneBlocks(Options(keep: 1)), numberOfFolds: 3);

        Assert.HasCount(3, folds);
        Assert.IsTrue(folds.All(fold => fold.Metrics.MicroAccuracy == 1));
    }

    [TestMethod]
    public void CachedShuffledSplitAndPreviewed_EveryRowKeepsItsScore()
    {
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(20, Names));
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = TestData.Scores(transformer.Transform(data));

        AssertScores(_ml.Data.Cache(transformer.Transform(data)), expected);
        AssertScores(_ml.Data.ShuffleRows(transformer.Transform(data), seed: 5), expected);
        AssertScores(transformer.Transform(_ml.Data.ShuffleRows(data, seed: 5)), expected);
        AssertScores(transformer.Transform(_ml.Data.Cache(data)), expected);
        var split = _ml.Data.TrainTestSplit(transformer.Transform(data), testFraction: 0.3, seed: 2);
        AssertScores(split.TrainSet, expected);
        AssertScores(split.TestSet, expected);
        Assert.HasCount(5, transformer.Transform(data).Preview(maxRows: 5).RowView);
    }

    [TestMethod]
    public void CursorSets_CoverEveryRowOnce()
    {
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(20, Names));
        using var transformer = TestNetworks.Transformer(_ml);
        var scored = transformer.Transform(data);
        var expected = TestData.Scores(scored);
        var found = new float[20][];
        var cursors = scored.GetRowCursorSet([scored.Schema["Id"], scored.Schema["Score"]], n: 4);

        Parallel.ForEach(cursors, cursor =>
        {
            var idGetter = cursor.GetGetter<int>(cursor.Schema["Id"]);
            var scoreGetter = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
            int id = 0;
            var score = default(VBuffer<float>);
            while (cursor.MoveNext())
            {
                idGetter(ref id);
                scoreGetter(ref score);
                Assert.IsNull(found[id]);
                found[id] = [.. score.DenseValues()];
            }

            cursor.Dispose();
        });

        TestData.AssertSameBits(expected, found);
    }

    [TestMethod]
    public void ChainedAfterAParallelTransform_EveryRowKeepsItsScore()
    {
        // ML.NET may split rows of a later transform over threads and join them again.
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(300, Names));
        using var transformer = TestNetworks.Transformer(_ml);
        var scored = transformer.Transform(data);
        var normalized = _ml.Transforms.NormalizeMinMax("Scaled", "Score").Fit(scored).Transform(scored);

        AssertScores(normalized, TestData.Scores(scored));
    }

    private static void AssertScores(IDataView scored, List<float[]> expected)
    {
        int[] ids = [.. scored.GetColumn<int>("Id")];
        Assert.IsNotEmpty(ids);
        TestData.AssertSameBits([.. ids.Select(id => expected[id])], TestData.Scores(scored));
    }

    private static string[] KeyValues(DataViewSchema.Column column)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private BlockPruneEstimator.Options Options(double keep) => new()
    {
        ModelPath = _checkpoint.ModelPath,
        Block = new BlockShape(8, 8),
        Budget = PruneBudget.Flops(keep),
        BatchSize = 4,
    };

    private EstimatorChain<SparseViTTransformer> Pipeline(double keep) =>
        _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.PruneBlocks(Options(keep)));

    /// <summary>Labels each image with the dense network's own class; rows of one class come first, so that its key is 1.</summary>
    private List<PixelsRow> RowsLabelledByTheNetwork(string keepFirst)
    {
        var rows = TestImages.PixelsRows(60);
        using var network = new TorchViT(_checkpoint.Weights);
        using var scope = torch.NewDisposeScope();
        using var off = torch.no_grad();
        foreach (var row in rows)
        {
            var image = torch.tensor(row.Image).reshape(1, 3, TestNetworks.ImageSize, TestNetworks.ImageSize);
            row.Label = Names[(int)network.forward((image / 255 - 0.5) / 0.5).argmax(1).item<long>()];
        }

        CollectionAssert.AreEquivalent(Names, rows.Select(row => row.Label).Distinct().ToArray()); // every class occurs
        return [.. rows.OrderBy(row => row.Label == keepFirst ? 0 : 1)];
    }
}
