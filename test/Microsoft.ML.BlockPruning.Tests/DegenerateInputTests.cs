using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Input that is odd but no error: <c>Fit</c> ends with finite scores, and the report says what was odd.</summary>
[TestClass]
public sealed class DegenerateInputTests
{
    [TestMethod]
    public void WeightsThatAreAllEqual_ArePrunedAll()
    {
        using var subject = new FitSubject(weights => Array.Fill(weights.Layers[0].Fc1.Weight, 0.1f));

        AssertFits(subject, subject.Data(9));
    }

    [TestMethod]
    public void ImportancesThatAreAllEqual_AreNoted()
    {
        // Nothing behind fc1 reads it, so that neither its weights nor fc2's matter.
        using var subject = new FitSubject(weights => Array.Clear(weights.Layers[0].Fc2.Weight));

        string notes = AssertFits(subject, subject.Data(9));

        StringAssert.Contains(notes, "All blocks are equally important in blocks.0.mlp.fc1, blocks.0.mlp.fc2;");
    }

    [TestMethod]
    public void ALayerOfOneBlock_IsKeptOrGoesWhole()
    {
        using var subject = new FitSubject();
        subject.Options.Block = new BlockShape(16, 16);

        using var transformer = subject.Fit(subject.Data(9));

        AssertFinite(subject, transformer);
        var layer = transformer.Report!.Layers.Single(layer => layer.Name == "blocks.0.attn.proj");
        Assert.AreEqual(1, layer.TotalBlocks);
        Assert.DoesNotContain("equally important", string.Join('\n', transformer.Report.Notes)); // one is always equal to itself
    }

    [TestMethod]
    public void LayersThatLoseEveryBlock_AreNoted()
    {
        using var subject = new FitSubject();
        subject.Options.Budget = PruneBudget.Sparsity(0.9);

        using var transformer = subject.Fit(subject.Data(9));

        AssertFinite(subject, transformer);
        var empty = transformer.Report!.Layers.Where(layer => layer.KeptBlocks == 0).ToList();
        Assert.IsNotEmpty(empty);
        StringAssert.Contains(string.Join('\n', transformer.Report.Notes), "No block is left in " + empty[0].Name);
    }

    [TestMethod]
    public void FewerImagesThanClasses_AreEnough_AndNoted()
    {
        using var subject = new FitSubject();
        subject.Options.LabelColumnName = null;

        string notes = AssertFits(subject, subject.Data(2));

        StringAssert.Contains(notes, "2 calibration images for 3 classes");
    }

    [TestMethod]
    public void OneImageAlone_WhoseCovarianceIsSingular_IsEnough()
    {
        using var subject = new FitSubject();
        subject.Options.LabelColumnName = null;

        AssertFits(subject, subject.Data(1)); // 5 tokens for up to 32 inputs
    }

    [TestMethod]
    public void InputsThatAreDead_AreNoted()
    {
        using var subject = new FitSubject(weights =>
        {
            Array.Clear(weights.Layers[1].Norm2.Scale);
            Array.Clear(weights.Layers[1].Norm2.Offset);
        });
        subject.Options.Basis = PruneBasis.Original; // in another one the norm is plain, and the matrix behind it is zero

        string notes = AssertFits(subject, subject.Data(9));

        StringAssert.Contains(notes, "zero in every calibration image: blocks.1.mlp.fc1 16 of 16;");
        StringAssert.Contains(notes, "Targets that do not vary on the calibration images: blocks.1.mlp.fc1;");
    }

    [TestMethod]
    public void ABudgetThatKeepsAll_IsNoted_AndLosesNothing()
    {
        using var subject = new FitSubject();
        subject.Options.Budget = PruneBudget.Flops(1);
        subject.Options.ValidationSetFraction = 0.5;

        using var transformer = subject.Fit(subject.Data(9));

        StringAssert.Contains(string.Join('\n', transformer.Report!.Notes), "The budget keeps every block");
        Assert.AreEqual(0, transformer.Report.Network.PredictedDistortion);
        Assert.AreEqual(0, transformer.Report.Network.HeldOut!.KlDivergence);
        Assert.IsTrue(transformer.Report.Layers.All(layer => layer.MeasuredDistortion == 0));
    }

    [TestMethod]
    public void BlocksThatAreZeroInTheFile_AreCounted()
    {
        using var subject = new FitSubject(weights => Array.Clear(weights.Layers[0].Fc1.Weight));

        string notes = AssertFits(subject, subject.Data(9));

        StringAssert.Contains(notes, "blocks were zero in the file: they went before any was rated.");
        StringAssert.Contains(notes, "No block is left in blocks.0.mlp.fc1");
    }

    [TestMethod]
    public void RowsWithoutALabel_AreNoted()
    {
        using var subject = new FitSubject();
        subject.Options.CalibrationLabels = CalibrationLabels.Column;
        var rows = TestImages.PixelsRows(9, "cat", "dog", "owl");
        var toKey = subject.Ml.Transforms.Conversion.MapValueToKey("Label").Fit(subject.Ml.Data.LoadFromEnumerable(rows));
        rows[4].Label = "no class";

        using var transformer = subject.Fit(toKey.Transform(subject.Ml.Data.LoadFromEnumerable(rows)));

        StringAssert.Contains(string.Join('\n', transformer.Report!.Notes), "1 calibration rows have no label");
        Assert.AreEqual(8, transformer.Report.Settings.CalibrationImages);
    }

    /// <returns>The notes.</returns>
    private static string AssertFits(FitSubject subject, IDataView data)
    {
        using var transformer = subject.Fit(data);
        AssertFinite(subject, transformer);
        Assert.IsTrue(double.IsFinite(transformer.Report!.Network.PredictedDistortion));
        return string.Join('\n', transformer.Report.Notes);
    }

    private static void AssertFinite(FitSubject subject, SparseViTTransformer transformer)
    {
        var scores = TestData.Scores(transformer.Transform(subject.Data(9)));
        Assert.HasCount(9, scores);
        Assert.IsTrue(scores.All(row => row.All(float.IsFinite)));
    }
}
