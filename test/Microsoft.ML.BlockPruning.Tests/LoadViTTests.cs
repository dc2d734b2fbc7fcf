using System.IO.Compression;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A dense checkpoint scores as it is, and whatever is pruned too: one door for both.</summary>
[TestClass]
public sealed class LoadViTTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(5);

    public void Dispose() => _folder.Dispose();

    /// <summary>The fixture's logits are torchvision's, in double arithmetic.</summary>
    [TestMethod]
    public void Checkpoint_HasTorchvisionsLogits()
    {
        using var expected = SafetensorsFile.Open(TinyViT.ExpectedPath);
        using var network = _ml.Transforms.LoadViT(TinyViT.ModelPath);
        float[] logits = new float[3 * 5];

        network.Scorer.Score(expected.ReadSingles("images"), 3, logits);

        float[] told = expected.ReadSingles("logits");
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(told[i], logits[i], 1e-5f * told.Max(Math.Abs), $"logit {i}");
        }

        Assert.AreEqual(network.DenseMultiplyAdds, network.MultiplyAdds);
        Assert.IsTrue(network.Layers.All(layer => layer.KeptBlocks == layer.TotalBlocks));
        Assert.IsNull(network.Report);
        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3", "4" }, network.LabelNames.ToArray());
    }

    [TestMethod]
    public void Checkpoint_SaysWhatWasReadAndAssumed()
    {
        using var model = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "cat", "dog", "owl");
        File.WriteAllText(
            model.File("preprocessor_config.json"), """{"image_processor_type": "ViTImageProcessor", "image_std": [0.25, 0.5, 1]}""");

        using var network = _ml.Transforms.LoadViT(model.ModelPath);

        CollectionAssert.AreEqual(new[] { "cat", "dog", "owl" }, network.LabelNames.ToArray());
        CollectionAssert.AreEqual(new[] { "0 cat", "1 dog", "2 owl" }, network.Classes.Select(one => one.ToString()).ToArray());
        StringAssert.Contains(network.Notes.Single(), "image files are turned as EXIF says");
        string OriginOf(string name) => network.PreprocessingSteps.Single(step => step.Name == name).Origin;
        Assert.AreEqual("preprocessor_config.json, image_std", OriginOf("std"));
        Assert.AreEqual("the default of ViTImageProcessor, preprocessor_config.json has no image_mean", OriginOf("mean"));
        Assert.AreEqual("Hugging Face's pipelines, which turn", OriginOf("orientation"));
        CollectionAssert.AreEqual(new[] { 0.25f, 0.5f, 1 }, network.Preprocessing.Std.ToArray());
        Assert.AreEqual(
            "vit: images of 16x16 pixels, 3 channels, patches of 8x8, 2 layers, 16 features, 2 heads, LayerNorm epsilon 1E-06, 3 classes",
            network.Network.ToString());
    }

    [TestMethod]
    public void PrunedFiles_GiveTheSameBitsAsByTheirOwnDoor()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var expected = TestData.Scores(transformer.Transform(data));
        _ml.Model.SavePruned(transformer, _folder["pruned.zip"]);
        transformer.SaveNetwork(_folder["pruned.safetensors"]);

        foreach (string name in new[] { "pruned.zip", "pruned.safetensors" })
        {
            using var network = _ml.Transforms.LoadViT(_folder[name], batchSize: 2);
            TestData.AssertSameBits(expected, TestData.Scores(network.Transform(data)));
            Assert.AreEqual(transformer.MultiplyAdds, network.MultiplyAdds);
        }
    }

    [TestMethod]
    public void Checkpoint_IsSavedAsTheOneModelFile()
    {
        using var model = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "cat", "dog", "owl");
        using var network = _ml.Transforms.LoadViT(model.ModelPath);
        var expected = TestData.Scores(network.Transform(_ml.Data.LoadFromEnumerable(_rows)));

        _ml.Model.SavePruned(network, _folder["dense.zip"]);

        using var pruned = PrunedModel.Load(_folder["dense.zip"]);
        CollectionAssert.AreEqual(expected[0], pruned.Predict(_rows[0].Image).Score.ToArray());
        CollectionAssert.AreEqual(new[] { "cat", "dog", "owl" }, pruned.LabelNames.ToArray());
    }

    [TestMethod]
    public void OtherFiles_AreRefusedInWords()
    {
        using (var zip = ZipFile.Open(_folder["deit.pth"], ZipArchiveMode.Create))
        {
            zip.CreateEntry("archive/data.pkl");
        }

        File.WriteAllText(_folder["page.safetensors"], "<!DOCTYPE html><html><body>Not found, or you have to log in</body></html>");

        StringAssert.Contains(Refused("deit.pth"), "the pickle ends early");
        StringAssert.Contains(Refused("page.safetensors"), "it is an HTML page");
        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.Transforms.LoadViT(_folder["absent.safetensors"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadViT(TinyViT.ModelPath, batchSize: 0));
    }

    [TestMethod]
    public void Classes_OfAnotherNumberThanTheHead_AreRefused()
    {
        using var model = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "cat", "dog");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => _ml.Transforms.LoadViT(model.ModelPath));

        StringAssert.Contains(error.Message, "it names 2 classes, but the network's head has 3");
    }

    /// <summary>A model where a checkpoint is pruned, and the reverse: each says what it is.</summary>
    [TestMethod]
    public void WrongForm_IsCalledByItsName()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        _ml.Model.SavePruned(transformer, _folder["pruned.zip"]);
        var prune = _ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = _folder["pruned.zip"],
            LabelColumnName = null,
        });

        var pruned = Assert.ThrowsExactly<InvalidDataException>(() => prune.Fit(_ml.Data.LoadFromEnumerable(_rows)));
        var dense = Assert.ThrowsExactly<InvalidDataException>(() => _ml.Transforms.LoadSparseViT(TinyViT.ModelPath));

        StringAssert.Contains(pruned.Message, "a model that ML.NET saved, such as an already pruned one");
        StringAssert.Contains(pruned.Message, "Give the dense checkpoint that it was pruned from");
        StringAssert.Contains(dense.Message, "scored with every block by LoadViT");
    }

    private string Refused(string name) =>
        Assert.ThrowsExactly<InvalidDataException>(() => _ml.Transforms.LoadViT(_folder[name])).Message;
}
