namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Predict_EqualsTheBatch()
    {
        var rows = TestImages.EncodedRows(9);
        var model = Model();
        var expected = TestData.Scores(model.Transform(_ml.Data.LoadFromEnumerable(rows)));
        using var engine = _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(model);

        TestData.AssertSameBits(expected, [.. rows.Select(row => engine.Predict(row).Score)]);
    }

    [TestMethod]
    public void Predict_OfTheSameRowTwice_ReadsItAgain()
    {
        using var engine = _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(Model());
        var row = TestImages.EncodedRows(2)[0];
        float[] first = engine.Predict(row).Score;

        row.Image = TestImages.EncodedRows(2)[1].Image;

        CollectionAssert.AreNotEqual(first, engine.Predict(row).Score);
    }

    [TestMethod]
    public void Predict_NamesTheClass()
    {
        using var engine = _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(Model());

        var prediction = engine.Predict(TestImages.EncodedRows(1)[0]);

        Assert.AreEqual($"class {Array.IndexOf(prediction.Score, prediction.Score.Max())}", prediction.PredictedLabel);
    }

    [TestMethod]
    public void Dispose_WithoutOwnership_LeavesTheModelToOthers()
    {
        var model = Model();
        var shared = new PredictionEngineOptions { OwnsTransformer = false };
        var row = TestImages.EncodedRows(1)[0];

        _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(model, shared).Dispose();

        using var other = _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(model, shared);
        Assert.HasCount(3, other.Predict(row).Score);
    }

    [TestMethod]
    public void Dispose_ByDefault_TakesTheModelAlong()
    {
        var model = Model();

        _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(model).Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(model));
    }

    [TestMethod]
    public void Predict_OfABadImage_NamesTheColumnAndTheEngineGoesOn()
    {
        using var engine = _ml.Model.CreatePredictionEngine<EncodedRow, Prediction>(Model());

        var error = Assert.ThrowsExactly<InvalidDataException>(() => engine.Predict(new EncodedRow { Image = [1, 2, 3] }));

        StringAssert.Contains(error.Message, "Column 'Image', row", StringComparison.Ordinal);
        Assert.HasCount(3, engine.Predict(TestImages.EncodedRows(1)[0]).Score);
    }

    private Data.TransformerChain<ITransformer> Model()
    {
        var transformer = TestNetworks.Transformer(_ml);
        var toValue = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")
            .Fit(transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.EncodedRows(1))));
        return new Data.TransformerChain<ITransformer>(transformer, toValue);
    }
}
