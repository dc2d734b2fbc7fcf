using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The column of probabilities beside the logits.</summary>
[TestClass]
public sealed class ProbabilityTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(new[] { 1f, 2f, 3f })]
    [DataRow(new[] { 3e38f, 3e38f, -3e38f })] // exp would overflow
    [DataRow(new[] { -1000f, -1001f, -1e30f })] // and underflow
    [DataRow(new[] { 0f })]
    public void Softmax_IsThatOfDecimals(float[] logits)
    {
        float[] found = new float[logits.Length];

        Softmax.Of(logits, found);

        // Σ exp(x_j − x_i) by another way of writing it; half a unit in the last place of float32.
        double[] expected = [.. logits.Select(x => 1 / logits.Sum(other => Math.Exp((double)other - x)))];
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], expected[i] * 6.1e-8);
        }

        Assert.AreEqual(1, found.Sum(p => (double)p), 6.1e-8);
    }

    [TestMethod]
    public void Column_IsThereInEveryWayToScore()
    {
        using var subject = new FitSubject();
        subject.Options.ProbabilityColumnName = "Probability";
        var estimator = subject.Ml.Transforms.PruneBlocks(subject.Options);
        var data = subject.Data(9);
        using var transformer = estimator.Fit(data);

        var scored = transformer.Transform(data);

        var rows = subject.Ml.Data.CreateEnumerable<Row>(scored, reuseRowObject: false).ToList();
        Assert.HasCount(9, rows);
        foreach (var row in rows)
        {
            float[] expected = new float[3];
            Softmax.Of(row.Score, expected);
            CollectionAssert.AreEqual(expected, row.Probability);
            Assert.AreEqual(Array.IndexOf(row.Probability, row.Probability.Max()) + 1, (int)row.PredictedLabel);
        }

        // By itself, without its neighbours; and row by row.
        TestData.AssertSameBits([.. rows.Select(row => row.Probability)], [.. scored.GetColumn<float[]>("Probability")]);
        using var engine = subject.Ml.Model.CreatePredictionEngine<PixelsRow, Row>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        TestData.AssertSameBits([rows[0].Probability], [engine.Predict(TestImages.PixelsRows(1)[0]).Probability]);

        var shape = estimator.GetOutputSchema(MlNetSchema.ShapeOf(data.Schema));
        var promised = shape.Single(column => column.Name == "Probability");
        var column = scored.Schema["Probability"];
        CollectionAssert.AreEquivalent(
            column.Annotations.Schema.Select(one => one.Name).ToArray(), promised.Annotations.Select(one => one.Name).ToArray());
        var kind = default(ReadOnlyMemory<char>);
        column.Annotations.GetValue("ScoreValueKind", ref kind);
        Assert.AreEqual("Probability", kind.ToString());
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), column.Type);
    }

    /// <summary>−ln p of the class that is right, meaned; of logits it would be clipped nonsense.</summary>
    [TestMethod]
    public void Evaluate_TakesItsLogLossFromTheColumn()
    {
        using var subject = new FitSubject();
        subject.Options.ProbabilityColumnName = "Probability";
        var data = subject.Data(9);
        using var transformer = subject.Fit(data);
        var scored = transformer.Transform(data);

        var metrics = _ml.MulticlassClassification.Evaluate(scored, scoreColumnName: "Probability");

        var labels = scored.GetColumn<uint>("Label").ToList();
        double expected = scored.GetColumn<float[]>("Probability").Select((row, i) => -Math.Log(row[(int)labels[i] - 1])).Average();
        Assert.AreEqual(expected, metrics.LogLoss, 1e-6);
    }

    [TestMethod]
    public void Column_IsSavedWithTheModel_AndAbsentWhereNobodyAsked()
    {
        using var subject = new FitSubject();
        using var without = subject.Fit(subject.Data(6));
        subject.Options.ProbabilityColumnName = "P";
        using var with = subject.Fit(subject.Data(6));

        Assert.IsNull(without.GetOutputSchema(subject.Data(1).Schema).GetColumnOrNull("P"));
        using var stream = new MemoryStream();
        subject.Ml.Model.Save(with, subject.Data(6).Schema, stream);
        stream.Position = 0;
        var loaded = subject.Ml.Model.Load(stream, out _);
        TestData.AssertSameBits(
            [.. with.Transform(subject.Data(6)).GetColumn<float[]>("P")], [.. loaded.Transform(subject.Data(6)).GetColumn<float[]>("P")]);
    }

    [TestMethod]
    public void Settings_OfBeforeTheColumn_AreRead()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(1);
        writer.Write("Image");
        writer.Write("Score");
        writer.Write("PredictedLabel");
        writer.Write(4);
        stream.Position = 0;

        var settings = ScoringSettings.Read(new BinaryReader(stream));

        Assert.AreEqual(new ScoringSettings("Image", "Score", "PredictedLabel", 4, NumberOfThreads: null), settings);
    }

    [TestMethod]
    public void LoadSparseViT_GivesTheColumnIfAsked()
    {
        using var network = TestNetworks.Transformer(_ml);
        using var stream = new MemoryStream();
        network.SaveNetwork(stream);
        stream.Position = 0;

        using var loaded = _ml.Transforms.LoadSparseViT(stream, probabilityColumnName: "P");

        var rows = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(2));
        Assert.IsTrue(loaded.Transform(rows).GetColumn<float[]>("P").All(row => Math.Abs(row.Sum() - 1) < 1e-6));
    }

    [TestMethod]
    [DataRow("Score")]
    [DataRow("PredictedLabel")]
    [DataRow("")]
    public void Name_ThatIsTaken_IsRefused(string name)
    {
        using var subject = new FitSubject();
        subject.Options.ProbabilityColumnName = name;

        Assert.ThrowsExactly<ArgumentException>(() => subject.Ml.Transforms.PruneBlocks(subject.Options));
    }

    private sealed class Row
    {
        public float[] Score { get; set; } = [];

        public float[] Probability { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }
}
