using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The transformer among ML.NET's own parts.</summary>
[TestClass]
public sealed class PipelineTests : IDisposable
{
    private const int Images = 60;

    private static readonly string[] Names = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);
    private readonly TestCheckpoint _checkpoint = new(Balanced(), Names);

    public void Dispose() => _checkpoint.Dispose();

    [TestMethod]
    public void Evaluate_WithKeysInAnotherOrderThanTheClasses_FindsEveryRowRight()
    {
        var rows = RowsLabelledByTheNetwork(first: "owl");
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
        var rows = RowsLabelledByTheNetwork(first: "owl");
        var data = _ml.Data.LoadFromEnumerable(rows);

        var scored = Pipeline(keep: 1).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data).Transform(data);

        CollectionAssert.AreEqual(rows.Select(row => row.Label).ToArray(), scored.GetColumn<string>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void CrossValidate_ScoresEveryFold()
    {
        var data = _ml.Data.LoadFromEnumerable(RowsLabelledByTheNetwork(first: "cat"));
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

    [TestMethod]
    public void LoadImages_FromPaths_WorksThroughASavedModel()
    {
        var rows = Enumerable.Range(0, 5).Select(i => new PathRow { ImagePath = _checkpoint.File($"{i}.png"), Id = i }).ToList();
        rows.ForEach(row => File.WriteAllBytes(row.ImagePath, TestImages.Encoded(TestImages.Rgb(row.Id))));
        var data = _ml.Data.LoadFromEnumerable(rows);
        var images = _ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(data); // images of unknown size
        var transformer = TestNetworks.Transformer(_ml);
        using var file = new MemoryStream();
        _ml.Model.Save(new TransformerChain<ITransformer>(images, transformer), data.Schema, file);
        file.Position = 0;

        var scored = new MLContext().Model.Load(file, out _).Transform(data);

        AssertScores(scored, TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(5)))));
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

    /// <summary>Random weights whose mean logits over the images are equal, so that every class occurs.</summary>
    private static NetworkWeights Balanced()
    {
        var weights = TestNetworks.Weights(TestNetworks.Config());
        var logits = DenseLogits(weights);
        for (int i = 0; i < Names.Length; i++)
        {
            weights.Head.Bias[i] -= logits.Average(row => row[i]);
        }

        return weights;
    }

    private static List<float[]> DenseLogits(NetworkWeights weights)
    {
        using var session = new SparseViTSession(
            SparseViT.Create(weights, new SparsityPlan(), TestNetworks.Preprocessing(), Names), threads: 1);
        return [.. Enumerable.Range(0, Images).Select(i =>
        {
            float[] logits = new float[Names.Length];
            session.Score(TestImages.Normalized(i), 1, logits);
            return logits;
        })];
    }

    /// <summary>Labels each image with the dense network's own class; rows of one class come first, so that its key is 1.</summary>
    private List<PixelsRow> RowsLabelledByTheNetwork(string first)
    {
        var rows = TestImages.PixelsRows(Images);
        foreach (var (row, logits) in rows.Zip(DenseLogits(_checkpoint.Weights)))
        {
            row.Label = Names[Array.IndexOf(logits, logits.Max())];
        }

        CollectionAssert.AreEquivalent(Names, rows.Select(row => row.Label).Distinct().ToArray()); // every class occurs
        return [.. rows.OrderBy(row => row.Label == first ? 0 : 1)];
    }
}
