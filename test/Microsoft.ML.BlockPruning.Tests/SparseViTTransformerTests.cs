using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class SparseViTTransformerTests
{
    private const int Rows = 11; // not a multiple of any batch size below

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Transform_OfEveryColumnType_ScoresAsTheNetwork()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = ScoresOfTheNetwork();

        foreach (var data in new[]
        {
            _ml.Data.LoadFromEnumerable(TestImages.ImageRows(Rows)),
            _ml.Data.LoadFromEnumerable(TestImages.EncodedRows(Rows)),
            _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(Rows)),
        })
        {
            TestData.AssertSameBits(expected, TestData.Scores(transformer.Transform(data)));
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(100)]
    public void Transform_InBatchesOfAnySize_GivesTheSameBits(int batchSize)
    {
        using var transformer = TestNetworks.Transformer(_ml, batchSize: batchSize);

        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.ImageRows(Rows)));

        TestData.AssertSameBits(ScoresOfTheNetwork(), TestData.Scores(scored));
    }

    [TestMethod]
    public void Transform_KeepsScoresBesideTheirRows()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var expected = ScoresOfTheNetwork();
        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.ImageRows(Rows)));

        var rows = _ml.Data.CreateEnumerable<ScoredRow>(scored, reuseRowObject: false).ToList();

        Assert.HasCount(Rows, rows);
        foreach (var row in rows)
        {
            CollectionAssert.AreEqual(expected[row.Id], row.Score);
            Assert.AreEqual(Array.IndexOf(row.Score, row.Score.Max()) + 1, (int)row.PredictedLabel);
        }
    }

    [TestMethod]
    public void Transform_WithoutAnOutputColumn_ReadsNoImage()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var missing = _ml.Data.LoadFromEnumerable(new[] { new ImageRow { Image = null, Id = 7 } });

        int[] ids = [.. transformer.Transform(missing).GetColumn<int>("Id")];

        CollectionAssert.AreEqual(new[] { 7 }, ids);
    }

    [TestMethod]
    public void Cursor_RefusesAColumnThatWasNotAskedFor()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(3)));
        using var cursor = scored.GetRowCursor([scored.Schema["Id"]]);

        Assert.IsTrue(cursor.IsColumnActive(scored.Schema["Id"]));
        Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Score"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Image"]));
    }

    [TestMethod]
    public void Transform_OfNoRows_GivesNone()
    {
        using var transformer = TestNetworks.Transformer(_ml);

        Assert.IsEmpty(TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(new List<ImageRow>()))));
    }

    [TestMethod]
    public void Transform_DoesNotDisposeTheCallersImages()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var rows = TestImages.ImageRows(Rows);

        _ = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(rows)));

        Assert.IsTrue(rows.TrueForAll(row => row.Image!.Pixels.Length > 0)); // a disposed image throws
    }

    [TestMethod]
    public void Transform_OfLargerImages_ResizesThemByThePreprocessing()
    {
        using var transformer = TestNetworks.Transformer(_ml, TestNetworks.Preprocessing(resize: ImageResize.Exact));
        byte[] rgb = TestImages.Rgb(5, size: 23);
        var data = _ml.Data.LoadFromEnumerable(new[] { new EncodedRow { Image = TestImages.Encoded(rgb, size: 23) } });
        var writer = new ImageTensorWriter(transformer.Preprocessing);
        float[] image = new float[writer.Length];
        using var decoded = TestImages.Image(rgb, size: 23);
        writer.WriteImage(decoded, image);

        TestData.AssertSameBits([ScoreOf(image)], TestData.Scores(transformer.Transform(data)));
    }

    [TestMethod]
    public void Transform_OfASourceWithoutOrder_IsRefused()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(Rows));
        var unsteady = new AlternatingDataView(data, _ml.Data.SkipRows(data, 1));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TestData.Scores(transformer.Transform(unsteady)));

        StringAssert.Contains(error.Message, "different rows", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Score_FromEightThreadsAtOnce_GivesTheSameBits()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(Rows));
        var expected = ScoresOfTheNetwork();
        var found = new List<float[]>[8];

        Thread[] threads = [.. Enumerable.Range(0, found.Length)
            .Select(i => new Thread(() => found[i] = TestData.Scores(transformer.Transform(data))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        foreach (var scores in found)
        {
            TestData.AssertSameBits(expected, scores);
        }
    }

    [TestMethod]
    public void Score_AfterTheContextWasCancelled_Stops()
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.PixelsRows(Rows)));
        MlNetCancellation.Cancel(_ml);

        Assert.ThrowsExactly<OperationCanceledException>(() => TestData.Scores(scored));
    }

    [TestMethod]
    public void Dispose_TwiceIsFine_ThenNothingWorks()
    {
        var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(Rows));
        var scored = transformer.Transform(data);

        transformer.Dispose();
        transformer.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => TestData.Scores(scored));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.Transform(data));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.GetRowToRowMapper(data.Schema));
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.SaveNetwork(new MemoryStream()));
    }

    [TestMethod]
    public void Layers_TellWhatWasKept()
    {
        using var transformer = TestNetworks.Transformer(_ml);

        var qkv = transformer.Layers[0];

        Assert.HasCount(8, transformer.Layers); // two encoder layers of qkv, proj, fc1, fc2
        Assert.AreEqual("blocks.0.attn.qkv", qkv.Name);
        Assert.AreEqual((48, 16), (qkv.OutFeatures, qkv.InFeatures));
        Assert.AreEqual((8, 12), (qkv.KeptBlocks, qkv.TotalBlocks)); // 6 x 2 blocks, every third removed
        Assert.AreEqual(5 * 8 * 64, qkv.MultiplyAdds); // 5 tokens meet 8 blocks of 8 x 8
        Assert.AreEqual(5 * 12 * 64, qkv.DenseMultiplyAdds);
        long removed = transformer.Layers.Sum(layer => layer.DenseMultiplyAdds - layer.MultiplyAdds);
        Assert.AreEqual(transformer.DenseMultiplyAdds - transformer.MultiplyAdds, removed);
        Assert.IsLessThan(transformer.DenseWeightBytes, transformer.WeightBytes);
    }

    /// <summary>By the session directly, one image at a time, from pixels normalised here.</summary>
    private static List<float[]> ScoresOfTheNetwork() =>
        [.. Enumerable.Range(0, Rows).Select(i => ScoreOf(TestImages.Normalized(i)))];

    private static float[] ScoreOf(float[] image)
    {
        using var session = new SparseViTSession(TestNetworks.Sparse(TestNetworks.Config()), threads: 1);
        float[] logits = new float[3];
        session.Score(image, 1, logits);
        return logits;
    }
}
