using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Tests.Processes;
using Microsoft.ML.BlockPruning.Tests.Reporting;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(5);

    private string ModelPath => Path.Combine(_folder.FullName, "model.zip");

    [TestCleanup]
    public void Cleanup() => _folder.Delete(recursive: true);

    [TestMethod]
    public void Load_TwiceInOneProcess_GivesTheSameBits()
    {
        var expected = SaveModel();

        foreach (int _ in new[] { 1, 2 })
        {
            var ml = new MLContext(); // registers nothing
            var model = ml.Model.Load(ModelPath, out var schema);
            Assert.IsNotNull(schema.GetColumnOrNull("Image"));
            TestData.AssertSameBits(expected, TestData.Scores(model.Transform(ml.Data.LoadFromEnumerable(_rows))));
        }
    }

    [TestMethod]
    public void Load_GivesTheReportBack_WhichChangesNoScore()
    {
        var expected = SaveModel();
        using var without = Load();
        var report = TestReports.Create();
        var scores = SaveModel(report);
        using var with = Load();

        Assert.IsNull(without.Report); // as models were before there were reports
        Assert.AreEqual(report.ToJson(), with.Report!.ToJson());
        TestData.AssertSameBits(expected, scores);
        TestData.AssertSameBits(expected, TestData.Scores(with.Transform(_ml.Data.LoadFromEnumerable(_rows))));
    }

    /// <summary>The device is the loading context's, whatever the saving one had; without a driver that shows as a refusal.</summary>
    [TestMethod]
    public void Load_WithAGpuInTheContext_AsksForThatGpu()
    {
        if (NvidiaDriver.TryLoad() is not null)
        {
            Assert.Inconclusive("An NVIDIA driver is here.");
        }

        SaveModel();
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = false };

        Exception? error = Assert.Throws<Exception>(() => ml.Model.Load(ModelPath, out _));
        while (error is not null && !error.Message.Contains("no NVIDIA driver was found", StringComparison.Ordinal))
        {
            error = error.InnerException;
        }

        Assert.IsInstanceOfType<InvalidOperationException>(error);
        ml.FallbackToCpu = true;
        using var chain = (TransformerChain<ITransformer>)ml.Model.Load(ModelPath, out _);
        Assert.AreSame(ScoringDevice.Cpu, ((SparseViTTransformer)chain.First()).Device);
    }

    [TestMethod]
    public void Load_InsideAPipeline_GivesTheTypeBack()
    {
        SaveModel();

        using var chain = (TransformerChain<ITransformer>)_ml.Model.Load(ModelPath, out _);

        Assert.IsInstanceOfType<SparseViTTransformer>(chain.First());
        Assert.AreEqual(4, ((SparseViTTransformer)chain.First()).Settings.BatchSize);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Load_InANewProcessWithoutLibTorch_GivesTheSameBits_AndLoadsNoneOfIt()
    {
        var expected = SaveModel();
        foreach (var row in _rows)
        {
            File.WriteAllBytes(Path.Combine(_folder.FullName, $"{row.Id}.png"), row.Image);
        }

        using var application = new ApplicationFolder();
        string[] torch = ["*torch*", "*c10*", "*gomp*", "*Torch*"];
        var removed = torch.SelectMany(pattern => Directory.GetFiles(application.Natives, pattern)).Distinct().ToList();
        removed.ForEach(File.Delete);
        Assert.IsTrue(removed.Exists(path => path.EndsWith("libLibTorchSharp.so", StringComparison.Ordinal))); // it was there to be removed

        var lines = ChildProcess.RunIn(application.Path, typeof(ScoreChild), _folder.FullName).AssertSucceeded().Output.Split('\n');

        CollectionAssert.AreEqual(expected.Select(TestData.Hex).ToArray(), LinesOf(lines, "score "));
        CollectionAssert.AreEqual(new[] { "libSkiaSharp.so" }, LinesOf(lines, "native "));
    }

    [TestMethod]
    public void LoadSparseViT_ReadsWhatSaveNetworkWrote()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(_rows)));
        string path = Path.Combine(_folder.FullName, "network.safetensors");
        transformer.SaveNetwork(path);
        using var stream = new MemoryStream();
        transformer.SaveNetwork(stream);
        stream.Position = 0;

        using var fromPath = _ml.Transforms.LoadSparseViT(path, scoreColumnName: "Logits");
        using var fromStream = _ml.Transforms.LoadSparseViT(stream);

        Assert.IsNull(fromStream.Report);

        TestData.AssertSameBits(expected, [.. fromPath.Transform(_ml.Data.LoadFromEnumerable(_rows)).GetColumn<float[]>("Logits")]);
        TestData.AssertSameBits(expected, TestData.Scores(fromStream.Transform(_ml.Data.LoadFromEnumerable(_rows))));
        CollectionAssert.AreEqual(transformer.LabelNames.ToArray(), fromPath.LabelNames.ToArray());
        CollectionAssert.AreEqual(
            transformer.Layers.Select(layer => layer.KeptBlocks).ToArray(), fromPath.Layers.Select(layer => layer.KeptBlocks).ToArray());
    }

    [TestMethod]
    public void SaveNetwork_OverAFile_ReplacesItWholeOrNotAtAll()
    {
        string path = Path.Combine(_folder.FullName, "network.safetensors");
        File.WriteAllText(path, "old");
        var disposed = TestNetworks.Transformer(_ml);
        disposed.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => disposed.SaveNetwork(path));

        Assert.AreEqual("old", File.ReadAllText(path));
        Assert.HasCount(1, _folder.GetFiles());
    }

    [TestMethod]
    [DataRow("Spec", DisplayName = "the columns")]
    [DataRow("SparseViT", DisplayName = "the network")]
    public void Load_WithAStreamCutOff_NamesWhatIsCorrupt(string stream)
    {
        SaveModel(TestReports.Create());
        Rewrite("Checksums", _ => null); // as in files of before there were checksums
        Rewrite(stream, content => content[..(content.Length / 2)]);

        var error = Assert.Throws<Exception>(() => _ml.Model.Load(ModelPath, out _));

        string expected = stream switch
        {
            "Spec" => "names of its columns",
            _ => "The network's file",
        };
        StringAssert.Contains(AllMessages(error), expected, StringComparison.Ordinal);
    }

    [TestMethod]
    public void Load_WithAStreamMissing_NamesIt()
    {
        SaveModel();
        Rewrite("SparseViT", content => null);

        var error = Assert.Throws<Exception>(() => _ml.Model.Load(ModelPath, out _));

        StringAssert.Contains(AllMessages(error), "it has no 'SparseViT'", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Load_OfALaterVersion_SaysSo()
    {
        SaveModel();
        Rewrite("Checksums", _ => null);
        Rewrite("Spec", content => [3, 0, 0, 0, .. content[4..]]);

        var error = Assert.Throws<Exception>(() => _ml.Model.Load(ModelPath, out _));

        StringAssert.Contains(AllMessages(error), "version 3, this library reads 2", StringComparison.Ordinal);
    }

    [TestMethod]
    public void LoadSparseViT_OfAnythingElse_IsInvalidData()
    {
        string path = Path.Combine(_folder.FullName, "noise.safetensors");
        File.WriteAllBytes(path, new byte[100]);

        Assert.ThrowsExactly<InvalidDataException>(() => _ml.Transforms.LoadSparseViT(path));
        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.Transforms.LoadSparseViT(path + ".absent"));
    }

    [TestMethod]
    public void Assembly_CarriesTheAttributeThatModelLoadLooksFor()
    {
        // The runtime leaves the attribute out in silence when it may not name ML.NET's internal type.
        var attribute = typeof(SparseViTTransformer).Assembly.GetCustomAttributes()
            .Single(found => found.GetType().Name == "LoadableClassAttribute");

        Assert.AreEqual(typeof(SparseViTTransformer.Loader), attribute.GetType().GetProperty("LoaderType")!.GetValue(attribute));
    }

    private static string[] LinesOf(string[] lines, string kind) =>
        [.. lines.Where(line => line.StartsWith(kind, StringComparison.Ordinal)).Select(line => line[kind.Length..])];

    private static string AllMessages(Exception? error)
    {
        var messages = new List<string>();
        for (; error is not null; error = error.InnerException)
        {
            messages.Add(error.Message);
        }

        return string.Join(" | ", messages);
    }

    private SparseViTTransformer Load() =>
        (SparseViTTransformer)((TransformerChain<ITransformer>)_ml.Model.Load(ModelPath, out _)).First();

    private List<float[]> SaveModel(PruneReport? report = null)
    {
        using var transformer = TestNetworks.Transformer(_ml, report: report);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var scored = transformer.Transform(data);
        var toValue = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored);
        _ml.Model.Save(new TransformerChain<ITransformer>(transformer, toValue), data.Schema, ModelPath);
        return TestData.Scores(scored);
    }

    private void Rewrite(string name, Func<byte[], byte[]?> change)
    {
        using var zip = ZipFile.Open(ModelPath, ZipArchiveMode.Update);
        var entry = zip.Entries.Single(e => e.FullName.EndsWith(name, StringComparison.Ordinal));
        byte[] content;
        using (var stream = entry.Open())
        using (var copy = new MemoryStream())
        {
            stream.CopyTo(copy);
            content = copy.ToArray();
        }

        string fullName = entry.FullName;
        entry.Delete();
        if (change(content) is { } changed)
        {
            using var stream = zip.CreateEntry(fullName).Open();
            stream.Write(changed);
        }
    }
}
