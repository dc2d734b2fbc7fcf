using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Each ends in one exception that says what and where, before work starts where that is possible.</summary>
[TestClass]
public sealed class BadInputTests
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(0)]
    [DataRow(-0.1)]
    [DataRow(1.01)]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    public void Keep_OutsideZeroToOne_IsRefusedAtOnce(double keep)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.PruneBlocks("none.safetensors", keep));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Parameters(keep));
    }

    [TestMethod]
    [DataRow(-0.1)]
    [DataRow(1)]
    [DataRow(double.NaN)]
    public void Sparsity_OutsideZeroToOne_IsRefusedAtOnce(double sparsity) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Sparsity(sparsity));

    [TestMethod]
    public void Options_OutOfRange_AreRefusedAtOnce()
    {
        AssertOptionRefused(options => options.ModelPath = " ");
        AssertOptionRefused(options => options.Block = default);
        AssertOptionRefused(options => options.LayerFloor = double.NaN);
        AssertOptionRefused(options => options.LayerFloor = 1.5);
        AssertOptionRefused(options => options.BatchSize = 0);
        AssertOptionRefused(options => options.NumberOfThreads = 0);
        AssertOptionRefused(options => options.MaximumCalibrationImages = 0);
        AssertOptionRefused(options => options.ImageColumnName = "");
        AssertOptionRefused(options => options.PredictedLabelColumnName = "Score");
        AssertOptionRefused(options =>
        {
            options.LabelColumnName = null;
            options.CalibrationLabels = CalibrationLabels.Column;
        });
    }

    [TestMethod]
    public void Budget_BelowWhatIsFixed_NamesTheNearest()
    {
        using var checkpoint = NewCheckpoint();

        var error = AssertFitRefused<ArgumentException>(Options(checkpoint, options => options.Budget = PruneBudget.Flops(0.01)), Data(9));

        StringAssert.Contains(error.Message, "at least", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Block_LargerThanAWeight_NamesTheLayer()
    {
        using var checkpoint = NewCheckpoint();

        var options = Options(checkpoint, options => options.Block = new BlockShape(20, 8));

        var error = AssertFitRefused<ArgumentOutOfRangeException>(options, Data(9));

        StringAssert.Contains(
            error.Message, "20x8 is larger than the weight of 'blocks.0.attn.qkv', q, k and v apart, 16x16", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Model_ThatIsAbsent_NamesTheFile()
    {
        using var checkpoint = NewCheckpoint();
        var options = Options(checkpoint, options => options.ModelPath = checkpoint.File("no.safetensors"));

        var error = AssertFitRefused<FileNotFoundException>(options, Data(9));

        StringAssert.Contains(error.Message, "no.safetensors", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Model_ThatIsTruncated_IsRefused()
    {
        using var checkpoint = NewCheckpoint();
        byte[] file = File.ReadAllBytes(checkpoint.ModelPath);
        File.WriteAllBytes(checkpoint.ModelPath, file[..(file.Length / 2)]);

        AssertFitRefused<InvalidDataException>(Options(checkpoint), Data(9));
    }

    [TestMethod]
    public void Preprocessing_ForAnotherNetwork_StatesBothShapes()
    {
        using var checkpoint = NewCheckpoint();
        var options = Options(checkpoint, options => options.Preprocessing = ImagePreprocessing.ImageNet(32));

        StringAssert.Contains(AssertFitRefused<ArgumentOutOfRangeException>(options, Data(9)).Message, "3x32x32", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Config_WithAnUnknownFilter_NamesIt()
    {
        using var checkpoint = NewCheckpoint();
        File.WriteAllText(checkpoint.File("config.json"), """{"pretrained_cfg": {"interpolation": "random"}}""");

        var error = AssertFitRefused<InvalidDataException>(Options(checkpoint), Data(9));

        StringAssert.Contains(error.Message, "interpolation': found \"random\"", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Config_WithACropOfNextToNothing_IsRefused()
    {
        using var checkpoint = NewCheckpoint();
        File.WriteAllText(checkpoint.File("config.json"), """{"pretrained_cfg": {"crop_pct": 1e-300}}""");

        var error = AssertFitRefused<InvalidDataException>(Options(checkpoint), Data(9));

        StringAssert.Contains(error.Message, "does not fit an array", StringComparison.Ordinal);
    }

    [TestMethod]
    public void CalibrationData_WithoutRows_IsRefused()
    {
        using var checkpoint = NewCheckpoint();

        var error = AssertFitRefused<InvalidOperationException>(
            Options(checkpoint, options => options.LabelColumnName = null), _ml.Data.LoadFromEnumerable(new List<PixelsRow>()));

        StringAssert.Contains(error.Message, "no rows", StringComparison.Ordinal);
    }

    [TestMethod]
    public void CalibrationData_WithoutAnyLabel_IsRefusedWhereLabelsAreAskedFor()
    {
        using var checkpoint = NewCheckpoint();
        var toKey = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(3, Labels)));
        var unlabelled = toKey.Transform(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(4, "no class")));

        var error = AssertFitRefused<InvalidOperationException>(
            Options(checkpoint, options => options.CalibrationLabels = CalibrationLabels.Column), unlabelled);

        StringAssert.Contains(error.Message, "None of the 4 calibration rows", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Label_OfAnotherNumberOfClasses_StatesBoth()
    {
        using var checkpoint = NewCheckpoint();

        var error = AssertFitRefused<InvalidOperationException>(Options(checkpoint), Keyed(TestImages.PixelsRows(9, "cat", "dog")));

        StringAssert.Contains(error.Message, "has 2 classes, but the network has 3", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Pixel_ThatIsNaN_NamesRowColumnAndPixel()
    {
        using var checkpoint = NewCheckpoint();
        var rows = TestImages.PixelsRows(9, Labels);
        rows[6].Image[300] = float.NaN; // 300 - 256 = channel 1, row 2, column 12

        var error = AssertFitRefused<InvalidDataException>(Options(checkpoint), Keyed(rows));

        StringAssert.Contains(error.Message, "Column 'Image', row 6 (from 0)", StringComparison.Ordinal);
        StringAssert.Contains(error.Message, "channel 1, row 2, column 12", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Image_ThatIsMissing_NamesItsRow()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var rows = TestImages.ImageRows(6);
        rows[5].Image = null;

        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(rows));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => TestData.Scores(scored));

        StringAssert.Contains(error.Message, "row 5 (from 0): the image is missing", StringComparison.Ordinal);
    }

    [TestMethod]
    public void File_ThatIsNoImage_NamesItsRow()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var rows = TestImages.EncodedRows(3);
        rows[2].Image = [1, 2, 3];

        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(rows));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => TestData.Scores(scored));

        StringAssert.Contains(error.Message, "row 2 (from 0): its 3 bytes (first: 010203) are not an image", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Column_OfAnotherSize_IsRefusedBySchema()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        using var grey = new SparseViTTransformer(
            _ml, new ScoringSettings("Image", "Score", "PredictedLabel", 4, 1), TestNetworks.Sparse(TestNetworks.Config(channels: 1)));
        var pixels = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(1));

        EstimatorContract.AssertRefused(() => grey.Transform(pixels)); // 768 values for 1x16x16
        EstimatorContract.AssertRefused(() => grey.GetOutputSchema(pixels.Schema));
        transformer.GetOutputSchema(pixels.Schema);
    }

    [TestMethod]
    public void Network_WrittenToAFolderThatIsNot_LeavesNothing()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        using var checkpoint = NewCheckpoint();

        Assert.Throws<IOException>(() => transformer.SaveNetwork(Path.Combine(checkpoint.File("absent"), "pruned.safetensors")));

        CollectionAssert.AreEqual(new[] { "config.json", "model.safetensors" }, checkpoint.FileNames());
    }

    private static TestCheckpoint NewCheckpoint() => new(TestNetworks.Weights(TestNetworks.Config()));

    private static BlockPruneEstimator.Options Options(TestCheckpoint checkpoint, Action<BlockPruneEstimator.Options>? change = null)
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(0.7),
        };
        change?.Invoke(options);
        return options;
    }

    private IDataView Data(int rows) => Keyed(TestImages.PixelsRows(rows, Labels));

    private IDataView Keyed(List<PixelsRow> rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private void AssertOptionRefused(Action<BlockPruneEstimator.Options> change)
    {
        var options = new BlockPruneEstimator.Options { ModelPath = "none.safetensors" };
        change(options);
        Assert.Throws<ArgumentException>(() => _ml.Transforms.PruneBlocks(options));
    }

    private T AssertFitRefused<T>(BlockPruneEstimator.Options options, IDataView data)
        where T : Exception
    {
        var estimator = _ml.Transforms.PruneBlocks(options);
        return Assert.ThrowsExactly<T>(() => estimator.Fit(data));
    }
}
