using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>Who says what is done to pixels, and which class is which.</summary>
[TestClass]
public sealed class NetworkFactsTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TestCheckpoint _checkpoint = new(TestNetworks.Weights(TestNetworks.Config()), "dog", "cat", "bird");

    public void Dispose() => _checkpoint.Dispose();

    [TestMethod]
    public void Preprocessing_OfAFileWithAllKeys_NamesThem()
    {
        using var transformer = Fit();

        Assert.AreEqual(
            "input 16x16 pixels, 3 channels (RGB) (from the network's tensors); "
            + "resize shortest side to 16 pixels (from config.json, crop_pct); "
            + "crop none beyond a square (from the network's tensors); filter bilinear (from config.json, interpolation); "
            + "mean 0.5, 0.5, 0.5 (from config.json, mean); std 0.5, 0.5, 0.5 (from config.json, std); "
            + "orientation EXIF is passed over, as timm does (from the default)",
            string.Join("; ", transformer.PreprocessingSteps));
    }

    [TestMethod]
    public void Preprocessing_OfAFileThatIsSilent_IsTheDefaultAndSaysSo()
    {
        File.WriteAllText(_checkpoint.File("config.json"), """{"label_names": ["dog", "cat", "bird"], "mean": [0.25, 0.25, 0.25]}""");
        using var transformer = Fit();

        // timm: the centre of 16 out of floor(16 / 0.875), bicubic, ImageNet's deviations.
        Assert.AreEqual(
            "resize shortest side to 18 pixels (from the default, config.json has no crop_pct); "
            + "crop the centre of 16x16 pixels (from the network's tensors); "
            + "filter bicubic (from the default, config.json has no interpolation); mean 0.25, 0.25, 0.25 (from config.json, mean); "
            + "std 0.229, 0.224, 0.225 (from the default, config.json has no std); "
            + "orientation EXIF is passed over, as timm does (from the default)",
            string.Join("; ", transformer.PreprocessingSteps.Skip(1)));
    }

    [TestMethod]
    public void Preprocessing_OfTheOptions_IsTheirs()
    {
        using var transformer = Fit(TestNetworks.Preprocessing(resize: ImageResize.Exact));

        Assert.IsTrue(transformer.PreprocessingSteps.Where(step => step.Name is not ("input" or "crop"))
            .All(step => step.Origin == "Options.Preprocessing"));
        Assert.AreEqual(
            "to 16x16 pixels, whatever the proportions", transformer.PreprocessingSteps.Single(step => step.Name == "resize").Value);
    }

    [TestMethod]
    public void SavedModel_KnowsThem_AndASavedNetworkSaysWhereItHasThemFrom()
    {
        using var fitted = Fit();
        using var zip = new MemoryStream();
        _ml.Model.Save(fitted, Data().Schema, zip);
        zip.Position = 0;
        using var loaded = (SparseViTTransformer)_ml.Model.Load(zip, out _);
        using var network = new MemoryStream();
        fitted.SaveNetwork(network);
        network.Position = 0;

        using var bare = _ml.Transforms.LoadSparseViT(network);

        Assert.AreEqual(string.Join("; ", fitted.PreprocessingSteps), string.Join("; ", loaded.PreprocessingSteps));
        Assert.AreEqual(
            "0 dog (the images' 'Dog'), 1 cat (the images' 'Cat'), 2 bird (the images' 'Bird')", string.Join(", ", loaded.Classes));
        Assert.AreEqual("0 Cat, 1 Dog, 2 Bird", string.Join(", ", bare.Classes)); // the slots' names are all that it has
        Assert.IsTrue(bare.PreprocessingSteps.Where(step => step.Name is not ("input" or "crop"))
            .All(step => step.Origin == "the model file"));
        CollectionAssert.AreEqual(
            fitted.PreprocessingSteps.Select(step => step.Value).ToArray(), bare.PreprocessingSteps.Select(step => step.Value).ToArray());
    }

    [TestMethod]
    public void Orientation_ThatTheApplicationSets_IsShownAsItsOwn()
    {
        using var transformer = Fit();

        transformer.ApplyOrientation = true;

        Assert.AreEqual("orientation turned as EXIF says (from the transformer)", transformer.PreprocessingSteps[^1].ToString());
    }

    [TestMethod]
    public void ReportOfAnotherNetwork_IsNotBelieved()
    {
        using var other = Fit();

        using var transformer = TestNetworks.Transformer(_ml, report: other.Report);

        Assert.AreEqual("0 class 0, 1 class 1, 2 class 2", string.Join(", ", transformer.Classes));
        Assert.AreEqual("none", transformer.PreprocessingSteps.Single(step => step.Name == "resize").Value);
    }

    [TestMethod]
    public void ColumnOfPixels_IsOnlyNormalised_AndTheStepsSaySo()
    {
        var pixels = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6, "Cat", "Dog", "Bird"));
        using var transformer = Fit(data: _ml.Transforms.Conversion.MapValueToKey("Label").Fit(pixels).Transform(pixels));

        var done = transformer.PreprocessingSteps.ToDictionary(step => step.Name, step => step.Origin);

        foreach (string step in new[] { "resize", "filter", "orientation" })
        {
            StringAssert.EndsWith(done[step], "; not done to pixels, which this column holds");
        }

        Assert.AreEqual("config.json, mean", done["mean"]);
    }

    [TestMethod]
    public void Orientation_OfDecodedImages_IsRefused()
    {
        var images = _ml.Data.LoadFromEnumerable(TestImages.ImageRows(6, "Cat", "Dog", "Bird"));
        var data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Fit(TestNetworks.Preprocessing().WithOrientation(true), data));

        StringAssert.Contains(error.Message, "'Image' holds decoded images, which no longer know EXIF's orientation");
    }

    /// <summary>The file's word was for files: where nobody asked for it, decoded images are read as they are, with a note.</summary>
    [TestMethod]
    public void Orientation_ThatOnlyAFileAsksFor_IsLeftOutOfDecodedImages()
    {
        File.WriteAllText(_checkpoint.File("preprocessor_config.json"), """{"image_processor_type": "ViTImageProcessor"}""");
        var images = _ml.Data.LoadFromEnumerable(TestImages.ImageRows(6, "Cat", "Dog", "Bird"));

        using var decoded = Fit(data: _ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images));
        using var files = Fit();

        Assert.IsFalse(decoded.ApplyOrientation);
        Assert.IsTrue(files.ApplyOrientation);
        StringAssert.Contains(string.Join('\n', decoded.Notes), "none is turned");
        Assert.IsFalse(files.Notes.Any(note => note.Contains("none is turned", StringComparison.Ordinal)));
        Assert.AreEqual(
            "the image column, which holds decoded images", decoded.PreprocessingSteps.Single(step => step.Name == "orientation").Origin);
    }

    private SparseViTTransformer Fit(ImagePreprocessing? pixels = null, IDataView? data = null) => _ml.Transforms.PruneBlocks(new()
    {
        ModelPath = _checkpoint.ModelPath,
        Block = new(8, 8),
        Budget = PruneBudget.Flops(1),
        Preprocessing = pixels,
    }).Fit(data ?? Data());

    private IDataView Data()
    {
        var data = _ml.Data.LoadFromEnumerable(TestImages.EncodedRows(6, "Cat", "Dog", "Bird"));
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }
}
