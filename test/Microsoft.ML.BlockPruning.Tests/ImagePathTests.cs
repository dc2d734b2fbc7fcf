using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A column of paths in place of images: with the estimator, and in scoring.</summary>
[TestClass]
public sealed class ImagePathTests : IDisposable
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly FitSubject _subject = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<EncodedRow> _images = TestImages.EncodedRows(9, Labels);

    public void Dispose()
    {
        _subject.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Fit_OnPathsGivesTheNetworkThatFitOnTheirBytesGives()
    {
        using var ofBytes = FitOn(_images);
        using var ofPaths = FitOn(Photos());

        TestData.AssertSameBits(
            TestData.Scores(ofBytes.Transform(_subject.Ml.Data.LoadFromEnumerable(_images))),
            TestData.Scores(ofPaths.Transform(_subject.Ml.Data.LoadFromEnumerable(Photos()))));
        CollectionAssert.AreEqual(
            ofBytes.Layers.Select(layer => layer.KeptBlocks).ToArray(), ofPaths.Layers.Select(layer => layer.KeptBlocks).ToArray());
    }

    [TestMethod]
    public void Transform_ReadsTheImageColumnWhereBothAreThere()
    {
        using var network = FitOn(_images);
        var both = _images.Select(row => new Both { Image = row.Image, ImagePath = _folder["absent.png"] });

        TestData.AssertSameBits(
            TestData.Scores(network.Transform(_subject.Ml.Data.LoadFromEnumerable(_images))),
            TestData.Scores(network.Transform(_subject.Ml.Data.LoadFromEnumerable(both))));
    }

    [TestMethod]
    public void Transform_NamesRowColumnAndFileThatCannotBeRead()
    {
        using var network = FitOn(_images);
        File.WriteAllText(_folder["text.png"], "no picture");
        var rows = Photos();

        foreach (var (path, found) in new[]
        {
            (_folder["absent.png"], "absent.png"), (_folder["text.png"], "not an image"), ("", "no path of an image file"),
            (_folder["."], "a folder"), ("cat\0.png", "no path of an image file"),
        })
        {
            rows[4].ImagePath = path;
            var error = Assert.Throws<IOException>(() => Read(network, rows), path);
            StringAssert.Contains(error.Message, "Column 'ImagePath', row 4", path);
            StringAssert.Contains(error.Message, found, path);
        }
    }

    private static void Read(SparseViTTransformer network, List<Photo> rows)
    {
        try
        {
            TestData.Scores(network.Transform(new MLContext().Data.LoadFromEnumerable(rows)));
        }
        catch (InvalidDataException error)
        {
            throw new IOException(error.Message, error); // both kinds are for the user to mend
        }
    }

    private SparseViTTransformer FitOn<TRow>(IEnumerable<TRow> rows)
        where TRow : class
    {
        var data = _subject.Ml.Data.LoadFromEnumerable(rows);
        return _subject.Fit(_subject.Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data));
    }

    private List<Photo> Photos()
    {
        foreach (var row in _images)
        {
            File.WriteAllBytes(_folder[$"{row.Id}.png"], row.Image);
        }

        return [.. _images.Select(row => new Photo { ImagePath = _folder[$"{row.Id}.png"], Label = row.Label })];
    }

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Both
    {
        public byte[] Image { get; set; } = [];

        public string ImagePath { get; set; } = "";
    }
}
