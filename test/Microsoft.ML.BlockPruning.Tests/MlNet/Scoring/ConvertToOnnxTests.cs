using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Scoring;

/// <summary>ML.NET's converter writes pipelines with our transformer, and its OnnxTransformer reads them back.</summary>
[TestClass]
public sealed class ConvertToOnnxTests
{
    private static readonly ScoringSettings Settings = new(
        "Image", "Score", "PredictedLabel", BatchSize: 4, NumberOfThreads: 2, ProbabilityColumnName: "Probability");

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ConvertToOnnx_GivesTheSameColumns()
    {
        using var transformer = new SparseViTTransformer(_ml, Settings, TestNetworks.Sparse(TestNetworks.Config()));
        var rows = Pixels();

        using var onnx = Convert(transformer, rows);

        Row[] expected = [.. _ml.Data.CreateEnumerable<Row>(transformer.Transform(rows), reuseRowObject: false)];
        var pipeline = _ml.Transforms.ApplyOnnxModel(
            ["Score.output", "Probability.output", "PredictedLabel.output"], ["Image"], onnx.Path);
        OnnxRow[] found = [.. _ml.Data.CreateEnumerable<OnnxRow>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false)];
        Assert.HasCount(5, found);
        foreach (var (ours, theirs) in expected.Zip(found))
        {
            AssertClose(ours.Score, theirs.Score);
            AssertClose(ours.Probability, theirs.Probability);
            Assert.AreEqual(ours.PredictedLabel, theirs.PredictedLabel[0]);
        }

        Assert.IsGreaterThan(1, found.Select(row => row.PredictedLabel[0]).Distinct().Count());
    }

    [TestMethod]
    public void ConvertToOnnx_OfAPipelineGivesTheNamesOfTheClasses()
    {
        using var transformer = new SparseViTTransformer(_ml, Settings, TestNetworks.Sparse(TestNetworks.Config()));
        var rows = Pixels();
        var chain = transformer.Append(_ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel").Fit(transformer.Transform(rows)));

        using var onnx = Convert(chain, rows);

        string[] expected = [.. chain.Transform(rows).GetColumn<string>("Name")];
        var read = _ml.Transforms.ApplyOnnxModel(["Name.output"], ["Image"], onnx.Path).Fit(rows).Transform(rows);
        string[] found =
        [
            .. read.GetColumn<VBuffer<ReadOnlyMemory<char>>>("Name").Select(name => name.GetItemOrDefault(0).ToString()),
        ];
        CollectionAssert.AreEqual(expected, found);
    }

    [TestMethod]
    public void ConvertToOnnx_RefusesImagesThatAreToBeDecoded()
    {
        using var transformer = new SparseViTTransformer(_ml, Settings, TestNetworks.Sparse(TestNetworks.Config()));
        var rows = _ml.Data.LoadFromEnumerable(new[] { new EncodedRow() });

        var error = Assert.ThrowsExactly<NotSupportedException>(() => Convert(transformer, rows));

        Assert.Contains("'Image' is Vector<Byte>", error.Message);
        Assert.Contains("SaveOnnx", error.Message);
    }

    [TestMethod]
    public void ConvertToOnnx_RefusesPixelsOfAStepThatIsNotWritten()
    {
        using var transformer = new SparseViTTransformer(_ml, Settings, TestNetworks.Sparse(TestNetworks.Config()));
        var rows = _ml.Data.LoadFromEnumerable([new Raw()]);
        var pipeline = _ml.Transforms.CustomMapping<Raw, PixelRow>((row, pixels) => pixels.Image = row.Values, contractName: null);
        var chain = new TransformerChain<ITransformer>(pipeline.Fit(rows), transformer);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Convert(chain, rows));

        Assert.Contains("'Image' is made by a step", error.Message);
    }

    // Every column of an input is an input of the file, so there is no other.
    private IDataView Pixels() =>
        _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(5).Select(row => new PixelRow { Image = row.Image }));

    private OnnxModel Convert(ITransformer transformer, IDataView rows)
    {
        var model = new OnnxModel();
        try
        {
            using var stream = File.Create(model.Path);
            _ml.Model.ConvertToOnnx(transformer, rows, stream);
            return model;
        }
        catch (Exception)
        {
            model.Dispose();
            throw;
        }
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        double largest = expected.Max(Math.Abs);
        double error = expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.IsLessThan(1e-5 * largest, error);
    }

    private sealed class OnnxModel : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".onnx");

        public void Dispose() => File.Delete(Path);
    }

    private sealed class Raw
    {
        [VectorType(3 * TestNetworks.ImageSize * TestNetworks.ImageSize)]
        public float[] Values { get; set; } = [];
    }

    private sealed class PixelRow
    {
        [VectorType(3 * TestNetworks.ImageSize * TestNetworks.ImageSize)]
        public float[] Image { get; set; } = [];
    }

    private sealed class Row
    {
        public float[] Score { get; set; } = [];

        public float[] Probability { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }

    // ML.NET calls the outputs of a file of its own as the columns were called.
    private sealed class OnnxRow
    {
        public float[] Score { get; set; } = [];

        public float[] Probability { get; set; } = [];

        public uint[] PredictedLabel { get; set; } = [];
    }
}
