using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>One file for every reader: what <c>SavePruned</c> writes, with ML.NET and without.</summary>
[TestClass]
public sealed class PrunedModelTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(5);

    private string ModelPath => _folder["pruned.zip"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Predict_GivesTheBitsOfTheTransformer_FromEveryThread()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(_rows)));
        _ml.Model.SavePruned(transformer, ModelPath);
        using var model = PrunedModel.Load(ModelPath);
        var found = new PrunedPrediction[8 * _rows.Count];

        Parallel.For(0, found.Length, i => found[i] = model.Predict(_rows[i % _rows.Count].Image));

        for (int i = 0; i < found.Length; i++)
        {
            CollectionAssert.AreEqual(expected[i % _rows.Count], found[i].Score.ToArray());
            Assert.AreEqual(1, found[i].Probabilities.Sum(value => (double)value), 1e-6);
            Assert.AreEqual(transformer.LabelNames[Array.IndexOf(found[i].Score.ToArray(), found[i].Score.Max())], found[i].PredictedLabel);
            Assert.AreEqual(found[i].Probabilities.Max(), found[i].Probability);
            Assert.AreEqual((found[i].PredictedLabel, found[i].Probability), found[i].Top(3)[0]);
            Assert.HasCount(Math.Min(1000, transformer.LabelNames.Count), found[i].Top(1000));
        }
    }

    [TestMethod]
    public void SavePruned_OfAnyPipeline_AsksForBytesOrAPathAndForNoLabel()
    {
        var expected = SaveWithStepsAround();
        string[] files = [.. _rows.Select(row => WriteImage(row))];

        var model = _ml.Model.LoadChecked(ModelPath, out var schema);
        using var byBytes = _ml.Model.CreatePredictionEngine<Bytes, Answer>(model);
        using var byPath = _ml.Model.CreatePredictionEngine<Paths, Answer>(model);

        CollectionAssert.AreEqual(new[] { "Image", "ImagePath" }, schema!.Select(column => column.Name).ToArray());
        for (int i = 0; i < _rows.Count; i++)
        {
            var answer = byBytes.Predict(new Bytes { Image = _rows[i].Image });
            var same = byPath.Predict(new Paths { ImagePath = files[i] });
            CollectionAssert.AreEqual(expected[i], answer.Score);
            CollectionAssert.AreEqual(expected[i], same.Score);
            Assert.AreEqual(same.PredictedLabel, answer.PredictedLabel);
            Assert.AreEqual(answer.Probability.Max(), answer.Probability[Array.IndexOf(answer.Score, answer.Score.Max())]);
        }
    }

    [TestMethod]
    public void Load_OfAPipelineOfTheUsersOwn_FindsTheNetworkInIt()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var expected = TestData.Scores(transformer.Transform(data));
        var copy = _ml.Transforms.CopyColumns("Other", "Id").Fit(data);
        _ml.Model.SaveAtomically(new TransformerChain<ITransformer>(copy, transformer), data.Schema, ModelPath);
        using var model = PrunedModel.Load(ModelPath);
        using var loaded = _ml.Transforms.LoadSparseViT(ModelPath);

        CollectionAssert.AreEqual(expected[0], model.Predict(_rows[0].Image).Score.ToArray());
        TestData.AssertSameBits(expected, TestData.Scores(loaded.Transform(data)));
    }

    [TestMethod]
    public void Load_OfTheNetworkAlone_GivesTheSameBits()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(_rows)));
        transformer.SaveNetwork(_folder["network.safetensors"]);
        using var model = PrunedModel.Load(_folder["network.safetensors"], new PrunedModelOptions { NumberOfThreads = 1 });

        CollectionAssert.AreEqual(expected[1], model.Predict(_rows[1].Image).Score.ToArray());
    }

    [TestMethod]
    public void PredictFile_NamesAFileThatIsNoImage()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        _ml.Model.SavePruned(transformer, ModelPath);
        using var model = PrunedModel.Load(ModelPath);
        File.WriteAllText(_folder["text.png"], "no picture");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => model.PredictFile(_folder["text.png"]));

        StringAssert.Contains(error.Message, _folder["text.png"]);
        Assert.ThrowsExactly<FileNotFoundException>(() => model.PredictFile(_folder["absent.png"]));
        Assert.IsNotEmpty(model.PredictFile(WriteImage(_rows[0])).PredictedLabel);
    }

    [TestMethod]
    public void Load_SaysWhatAnotherProgramsFileIs()
    {
        var data = _ml.Data.LoadFromEnumerable(_rows);
        _ml.Model.Save(_ml.Transforms.CopyColumns("Other", "Id").Fit(data), data.Schema, _folder["other.zip"]);
        using (var zip = System.IO.Compression.ZipFile.Open(_folder["photos.zip"], System.IO.Compression.ZipArchiveMode.Create))
        {
            zip.CreateEntry("photo.png");
        }

        File.WriteAllText(_folder["notes.zip"], "PK, but no zip file");

        StringAssert.Contains(Refused("other.zip"), "is ML.NET's and holds no pruned network");
        StringAssert.Contains(Refused("photos.zip"), "is a zip file, but no model of ML.NET");
        StringAssert.Contains(Refused("notes.zip"), "is no model that ML.NET saved");
    }

    [TestMethod]
    public void Load_OfALaterVersionSaysSo()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        _ml.Model.SavePruned(transformer, ModelPath);
        using (var zip = System.IO.Compression.ZipFile.Open(ModelPath, System.IO.Compression.ZipArchiveMode.Update))
        {
            // Of the two keys the one whose kind is ours; ML.NET's header has the least version of a reader 12 bytes behind the kind.
            var key = zip.Entries.Single(
                entry => entry.Name == "Model.key" && zip.GetEntry(entry.FullName[..^9] + "SparseViT") is not null);
            using var content = key.Open();
            content.Position = 64 + 12;
            content.WriteByte(2);
        }

        StringAssert.Contains(Refused("pruned.zip"), "later version");
        Assert.Throws<Exception>(() => _ml.Model.LoadChecked(ModelPath, out _)); // ML.NET's own check is of one mind
    }

    [TestMethod]
    public void SavePruned_RefusesAModelWithoutANetworkOrWithTwo()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var none = _ml.Transforms.CopyColumns("Other", "Id").Fit(data);

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ml.Model.SavePruned(none, ModelPath)).Message, "0 pruned networks");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => _ml.Model.SavePruned(new TransformerChain<ITransformer>(transformer, transformer), ModelPath)).Message,
            "2 pruned networks");
        Assert.IsEmpty(_folder.Names);
    }

    [TestMethod]
    public void Options_AreCheckedAndKept()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        _ml.Model.SavePruned(transformer, ModelPath);
        using var model = PrunedModel.Load(ModelPath, new PrunedModelOptions { MaximumPixels = 1, ApplyOrientation = true });

        Assert.IsTrue(model.ApplyOrientation);
        Assert.AreEqual(1, model.MaximumPixels);
        Assert.ThrowsExactly<InvalidDataException>(() => model.Predict(_rows[0].Image));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => PrunedModel.Load(ModelPath, new PrunedModelOptions { NumberOfThreads = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => PrunedModel.Load(ModelPath, new PrunedModelOptions { MaximumPixels = 0 }));
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => PrunedOf(_rows[0].Image));

        void PrunedOf(byte[] image)
        {
            using var disposed = PrunedModel.Load(ModelPath);
            disposed.Dispose();
            disposed.Predict(image);
        }
    }

    private string Refused(string name) =>
        Assert.ThrowsExactly<InvalidDataException>(() => PrunedModel.Load(_folder[name])).Message;

    private List<float[]> SaveWithStepsAround()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var keys = _ml.Transforms.CopyColumns("Label", "Id").Fit(data);
        _ml.Model.SavePruned(new TransformerChain<ITransformer>(keys, transformer), ModelPath);
        return TestData.Scores(transformer.Transform(data));
    }

    private string WriteImage(EncodedRow row)
    {
        string path = _folder[$"{row.Id}.png"];
        File.WriteAllBytes(path, row.Image);
        return path;
    }

    private sealed class Bytes
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Paths
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Answer
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public float[] Probability { get; set; } = [];
    }
}
