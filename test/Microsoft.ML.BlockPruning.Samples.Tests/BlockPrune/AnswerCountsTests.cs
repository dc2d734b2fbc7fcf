using BlockPrune.Cli;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Figures out of counts are those that ML.NET's evaluator has of the same answers.</summary>
[TestClass]
public sealed class AnswerCountsTests
{
    [TestMethod]
    [DataRow(3, 40, 1)]
    [DataRow(12, 300, 2)]
    [DataRow(30, 25, 3)] // some classes without images
    public void Figures_AreMlNets(int classes, int images, int seed)
    {
        var random = new Random(seed);
        Row[] rows = [.. Enumerable.Range(0, images).Select(_ => Row.Draw(random, classes))];
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Row.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        var context = new MLContext();
        var expected = context.MulticlassClassification.Evaluate(context.Data.LoadFromEnumerable(rows, schema));

        var counts = new AnswerCounts(
            classes, [.. rows.Select(row => (int)row.Label)], [.. rows.Select(row => (int)row.PredictedLabel)]);

        Assert.AreEqual(images, counts.Images);
        Assert.AreEqual(expected.MicroAccuracy, counts.Top1, 1e-12);
        Assert.AreEqual(expected.MacroAccuracy, counts.MacroAccuracy, 1e-12);
        var matrix = expected.ConfusionMatrix;
        for (int label = 0; label < classes; label++)
        {
            int[] told = [.. matrix.Counts[label].Select(count => (int)count)];
            var figures = counts.Classes[label];
            CollectionAssert.AreEqual(told, Enumerable.Range(0, classes).Select(answer => counts[label, answer]).ToArray());
            Assert.AreEqual(told.Sum(), figures.Images);
            Assert.AreEqual(told.Sum() == 0 ? null : matrix.PerClassRecall[label], figures.Top1);
            int most = told.Where((_, answer) => answer != label).Max();
            Assert.AreEqual(most, figures.Worst?.Images ?? 0);
            Assert.IsTrue(figures.Worst is null || told[figures.Worst.Answer] == most);
        }

        Assert.AreEqual(images, counts.Right + counts.Confusions.Sum(pair => pair.Images));
        CollectionAssert.AreEqual(
            counts.Confusions.Select(pair => pair.Images).OrderDescending().ToList(),
            counts.Confusions.Select(pair => pair.Images).ToList());
    }

    /// <summary>Keys by their place, from 0, as ML.NET takes them from objects whose schema is given.</summary>
    private sealed class Row
    {
        public uint Label { get; set; }

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public static Row Draw(Random random, int classes)
        {
            float[] score = [.. Enumerable.Range(0, classes).Select(_ => random.NextSingle())];
            return new Row
            {
                Label = (uint)random.Next(classes),
                PredictedLabel = (uint)Array.IndexOf(score, score.Max()),
                Score = score,
            };
        }
    }
}
