using Microsoft.ML.BlockPruning.Tests.Reporting;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Saving;

/// <summary>What a model file says is bounded, checked, and can be saved again where it loads.</summary>
[TestClass]
public sealed class SavedModelTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(2);

    private string ModelPath => Path.Combine(_folder.FullName, "model.zip");

    [TestCleanup]
    public void Cleanup() => _folder.Delete(recursive: true);

    [TestMethod]
    public void BatchSize_OfAFile_IsBoundedAsInCode()
    {
        var error = Innermost(() => _ml.Model.Load(TestCases.Path("models/batch-2147483647.zip"), out _));

        Assert.IsInstanceOfType<FormatException>(error);
        StringAssert.Contains(error.Message, "batches of 2147483647 images, expected 1 to 4096");
        foreach (int batch in new[] { 0, 4097, int.MaxValue })
        {
            var options = new BlockPruneEstimator.Options { ModelPath = "none", BatchSize = batch };
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.PruneBlocks(options)).Message, "1 to 4096");
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadSparseViT(Stream.Null, batchSize: batch));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Latency(0.5, batchSize: batch));
        }
    }

    [TestMethod]
    public void Threads_OfOptions_AreBounded()
    {
        foreach (int threads in new[] { 0, 1025, int.MaxValue })
        {
            var options = new BlockPruneEstimator.Options { ModelPath = "none", NumberOfThreads = threads };
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.PruneBlocks(options)).Message, "1 to 1024");
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Latency(0.5, numberOfThreads: threads));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EnergyMeasurement.TryMeasure(threads));
        }
    }

    /// <summary>The largest batch over a view that does not know its rows: it pays for the rows that come.</summary>
    [TestMethod]
    public void ALargeBatch_OverAViewOfUnknownLength_TakesNoMemoryForRowsThatDoNotCome()
    {
        using var transformer = TestNetworks.Transformer(_ml, batchSize: 4096);
        var rows = TestImages.PixelsRows(50);
        var data = _ml.Data.FilterRowsByMissingValues(_ml.Data.LoadFromEnumerable(rows), "Image");
        Assert.IsNull(data.GetRowCount());
        var scored = transformer.Transform(data);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var score = default(VBuffer<float>);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int seen = 0;
        for (; cursor.MoveNext(); seen++)
        {
            getter(ref score);
        }

        Assert.AreEqual(50, seen);
        Assert.IsLessThan(4096L * 768 * sizeof(float) / 4, GC.GetAllocatedBytesForCurrentThread() - before);
        using var single = TestNetworks.Transformer(_ml, batchSize: 1);
        TestData.AssertSameBits(TestData.Scores(single.Transform(data)), TestData.Scores(scored));
    }

    [TestMethod]
    public void AReportThatDoesNotRead_IsLeftOutWithANote_AndTheModelCanBeSavedAgain()
    {
        var first = Load(TestCases.Path("models/model-report-1e999.zip"));
        var network = Network(first);
        Assert.IsNull(network.Report);
        StringAssert.Contains(string.Join('\n', network.Notes), "1e999, expected a finite number");

        _ml.Model.Save(first, null, ModelPath);

        var again = Network(Load(ModelPath));
        Assert.IsEmpty(again.Notes);
        using var expected = new MemoryStream();
        using var found = new MemoryStream();
        network.SaveNetwork(expected);
        again.SaveNetwork(found);
        CollectionAssert.AreEqual(expected.ToArray(), found.ToArray());
    }

    [TestMethod]
    public void AFileOfBeforeChecksums_GivesItsScores_WithANote()
    {
        var loaded = Load(TestCases.BeforeChecksums("model.zip"));

        var network = Network(loaded);
        var scores = TestData.Scores(network.Transform(_ml.Data.LoadFromEnumerable(TestCases.FrozenRows())));
        CollectionAssert.AreEqual(TestCases.ScoresBeforeChecksums(), scores.Select(TestData.Hex).ToArray());
        Assert.AreEqual("frozen", network.Report!.Notes.Single());
        StringAssert.Contains(network.Notes.Single(), "has no checksum");
        Assert.AreEqual(4, network.Settings.BatchSize);
    }

    [TestMethod]
    public void EveryFlippedBitOfTheColumns_IsRefused()
    {
        byte[] model = Save();
        byte[] spec = ModelZip.Streams(model)["Spec"];
        for (int bit = 0; bit < 8 * spec.Length; bit++)
        {
            byte[] damaged = [.. spec];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            var error = Innermost(() => Load(ModelZip.With(model, "Spec", damaged)));

            Assert.IsInstanceOfType<FormatException>(error);
            StringAssert.Contains(error.Message, "'Spec' (columns and batch size) is not what was written");
        }
    }

    [TestMethod]
    public void AReport_ThatIsDamagedMissingOrTooLong_IsNoted()
    {
        byte[] model = Save();
        byte[] report = ModelZip.Streams(model)["Report"];
        byte[] flipped = [.. report];
        flipped[report.Length / 2] ^= 1;

        foreach (var (content, says) in new (byte[]?, string)[]
        {
            (flipped, "not what was written"), (null, "missing"), (report[..50], "not what was written"),
            (new byte[(16 << 20) + 1], "16777216"),
        })
        {
            var loaded = Load(ModelZip.With(model, "Report", content));
            Assert.IsNull(Network(loaded).Report);
            StringAssert.Contains(string.Join('\n', Network(loaded).Notes), says);
            AssertSavesAndLoadsAgain(loaded);
        }
    }

    [TestMethod]
    public void Checksums_ThatAreDamaged_AreRefused()
    {
        byte[] model = Save();
        byte[] checksums = ModelZip.Streams(model)["Checksums"];
        int spec = checksums.AsSpan().IndexOf("Spec"u8);
        foreach (byte[] damaged in new[] { [], "Spec"u8.ToArray(), checksums[(spec + 1)..], checksums[..spec], new byte[5000] })
        {
            Assert.IsInstanceOfType<FormatException>(Innermost(() => Load(ModelZip.With(model, "Checksums", damaged))));
        }
    }

    private static Exception Innermost(Action action) => Assert.Throws<Exception>(action).GetBaseException();

    private static SparseViTTransformer Network(ITransformer model) => model switch
    {
        SparseViTTransformer network => network,
        TransformerChain<ITransformer> chain => chain.OfType<SparseViTTransformer>().Single(),
        _ => throw new AssertFailedException(model.GetType().Name),
    };

    private void AssertSavesAndLoadsAgain(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, null, stream);
        using var first = Network(model);
        using var again = Network(Load(stream.ToArray()));
        Assert.IsEmpty(again.Notes);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        TestData.AssertSameBits(TestData.Scores(first.Transform(data)), TestData.Scores(again.Transform(data)));
    }

    private byte[] Save()
    {
        using var transformer = TestNetworks.Transformer(_ml, report: TestReports.Create());
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, _ml.Data.LoadFromEnumerable(_rows).Schema, stream);
        return stream.ToArray();
    }

    private ITransformer Load(string path) => _ml.Model.Load(path, out _);

    private ITransformer Load(byte[] model) => _ml.Model.Load(new MemoryStream(model), out _);
}
