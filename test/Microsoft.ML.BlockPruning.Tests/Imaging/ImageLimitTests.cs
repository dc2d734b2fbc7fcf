using System.Text;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Scoring;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>The limit of pixels and the orientation, from the options to the model's file and back.</summary>
[TestClass]
public sealed class ImageLimitTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Score_OfAHugeHeaderAfterAnOrdinaryImage_NamesTheRow_AndTheProcessGoesOn()
    {
        using var transformer = TestNetworks.Transformer(_ml, TestNetworks.Preprocessing(resize: ImageResize.ShortestSide));
        var rows = TestImages.EncodedRows(3);
        foreach (var (_, file, size) in HostileImage.All)
        {
            rows[1].Image = file;

            var error = Assert.ThrowsExactly<InvalidDataException>(
                () => TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(rows))));

            StringAssert.Contains(error.Message, $"row 1 (from 0): the image is {size} pixels", StringComparison.Ordinal);
        }

        rows.RemoveAt(1);
        Assert.HasCount(2, TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(rows))));
    }

    [TestMethod]
    public void Engines_ThatSawAPhotograph_GiveItsMemoryBack()
    {
        using var transformer = TestNetworks.Transformer(_ml, TestNetworks.Preprocessing(resize: ImageResize.ShortestSide));
        var shared = new PredictionEngineOptions { OwnsTransformer = false };
        var row = new EncodedRow { Image = File.ReadAllBytes(CaseFiles.Image("photo24mp.png")) };
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var engines = Enumerable.Range(0, 6)
            .Select(_ => _ml.Model.CreatePredictionEngine<EncodedRow, Scores>(transformer, shared)).ToList();

        engines.ForEach(engine => engine.Predict(row));

        Assert.IsLessThan(60L << 20, GC.GetTotalMemory(forceFullCollection: true) - before, "966 MB once");
        engines.ForEach(engine => engine.Dispose());
    }

    [TestMethod]
    public void MaximumPixels_IsSavedWithTheModel()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var rows = TestImages.EncodedRows(1);
        transformer.MaximumPixels = (TestNetworks.ImageSize * TestNetworks.ImageSize) - 1;

        using var loaded = Reloaded(transformer);

        Assert.AreEqual(255, loaded.MaximumPixels);
        AssertRefused(loaded, rows);
        loaded.MaximumPixels = 256;
        Assert.HasCount(1, TestData.Scores(loaded.Transform(_ml.Data.LoadFromEnumerable(rows))));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => loaded.MaximumPixels = 0);
    }

    [TestMethod]
    public void MaximumPixels_OfTheOptions_HoldsForCalibrationAndForTheModel()
    {
        using var subject = new FitSubject();
        subject.Options.MaximumPixels = 255;
        var data = subject.Ml.Data.LoadFromEnumerable(TestImages.EncodedRows(9, "cat", "dog", "owl"));
        var keyed = subject.Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => subject.Fit(keyed));
        subject.Options.MaximumPixels = 256;
        using var transformer = subject.Fit(keyed);

        StringAssert.Contains(error.Message, "row 0 (from 0): the image is 16x16 pixels by its header, above the limit of 255");
        Assert.AreEqual(256, transformer.MaximumPixels);
        subject.Options.MaximumPixels = 0;
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => subject.Ml.Transforms.PruneBlocks(subject.Options));
    }

    /// <summary>What version 1 wrote: three names and the batch size.</summary>
    [TestMethod]
    public void Settings_OfVersion1_HaveTheDefaultLimit()
    {
        var settings = Read(writer => WriteNames(writer, version: 1));

        Assert.AreEqual(("Image", 8, 89_478_485L), (settings.ImageColumnName, settings.BatchSize, settings.MaximumPixels));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(long.MinValue)]
    public void Settings_OfALimitThatCannotBe_AreCorrupt(long limit) => Assert.ThrowsExactly<FormatException>(() => Read(writer =>
    {
        WriteNames(writer, version: 2);
        writer.Write("");
        writer.Write(limit);
    }));

    [TestMethod]
    public void ApplyOrientation_IsSavedWhereItIsTrue_AndNotNamedElsewhere()
    {
        var preprocessing = TestNetworks.Preprocessing(resize: ImageResize.ShortestSide);
        using var stored = TestNetworks.Transformer(_ml, preprocessing);
        using var seen = TestNetworks.Transformer(_ml, preprocessing.WithOrientation(true));
        using var changed = TestNetworks.Transformer(_ml, preprocessing);
        changed.ApplyOrientation = true;

        Assert.DoesNotContain("rientation", NetworkOf(stored), "older readers take no key that they do not know");
        StringAssert.Contains(NetworkOf(seen), "\"applyOrientation\":true");
        using var loaded = Reloaded(changed);
        Assert.IsTrue(loaded.ApplyOrientation);
        Assert.IsTrue(loaded.Preprocessing.ApplyOrientation);
        byte[] turned = FileFixture.Turned.Single(file => file.Text("name") == "JPEG, orientation 6").Bytes("bytes");
        var rows = new List<EncodedRow> { new() { Image = turned } };
        var scores = new[] { stored, seen, changed, loaded }
            .Select(one => TestData.Hex(TestData.Scores(one.Transform(_ml.Data.LoadFromEnumerable(rows)))[0])).ToList();
        Assert.AreNotEqual(scores[0], scores[1]);
        Assert.AreEqual(scores[1], scores[2]);
        Assert.AreEqual(scores[1], scores[3]);
    }

    [TestMethod]
    public void ApplyOrientation_OfTheOptions_TurnsWhateverThePreprocessingComesFrom()
    {
        using var subject = new FitSubject();
        subject.Options.ApplyOrientation = true;

        using var transformer = subject.Fit(subject.Data(9));

        Assert.IsTrue(transformer.ApplyOrientation);
    }

    /// <summary>Scores of ML.NET's own ExtractPixels, scaled as in many samples.</summary>
    [TestMethod]
    public void ExtractPixels_Scaled_IsRefusedByRow()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var images = _ml.Data.LoadFromEnumerable(TestImages.ImageRows(2));
        var scaled = _ml.Transforms.ExtractPixels("Pixels", "Image", scaleImage: 1f / 255)
            .Append(_ml.Transforms.CopyColumns("Image", "Pixels")).Fit(images).Transform(images);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => TestData.Scores(transformer.Transform(scaled)));

        StringAssert.Contains(error.Message, "row 0 (from 0): all pixels are at most 1; ", StringComparison.Ordinal);
    }

    private static void WriteNames(BinaryWriter writer, int version)
    {
        writer.Write(version);
        writer.Write("Image");
        writer.Write("Score");
        writer.Write("PredictedLabel");
        writer.Write(8);
    }

    private static ScoringSettings Read(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        return ScoringSettings.Read(reader);
    }

    private static string NetworkOf(SparseViTTransformer transformer)
    {
        using var stream = new MemoryStream();
        transformer.SaveNetwork(stream);
        return Encoding.Latin1.GetString(stream.ToArray()).Replace("\\u0022", "\"", StringComparison.Ordinal)
            .Replace("\\\"", "\"", StringComparison.Ordinal);
    }

    private SparseViTTransformer Reloaded(SparseViTTransformer transformer)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, _ml.Data.LoadFromEnumerable(TestImages.EncodedRows(1)).Schema, stream);
        stream.Position = 0;
        var model = _ml.Model.Load(stream, out _);
        return model as SparseViTTransformer ?? ((IEnumerable<ITransformer>)model).OfType<SparseViTTransformer>().Single();
    }

    private void AssertRefused(SparseViTTransformer transformer, List<EncodedRow> rows)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(rows))));
        StringAssert.Contains(error.Message, "above the limit of 255 pixels", StringComparison.Ordinal);
    }

    private sealed class Scores
    {
        public float[] Score { get; set; } = [];
    }
}
