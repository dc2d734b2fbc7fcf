#pragma warning disable IDE0005 // An application lives outside our namespaces.
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>The code of docs/exporting.md, word for word (ReadmeTests compares), run on a tiny network.</summary>
[TestClass]
public sealed class ExportingTests
{
    [TestMethod]
    public void NetworkAndPipeline_AreWrittenAsWritten()
    {
        using var folder = new NewcomersFolder();
        var ml = new MLContext(seed: 1);
        using var dense = ml.Transforms.LoadViT("deit/model.safetensors");
        ml.Model.SavePruned(dense, "pruned.zip");

        Export(ml);
        Convert(ml, dense, [new Pixels()]);

        using var again = ml.Transforms.LoadViT("model.safetensors");
        Assert.AreEqual(dense.MultiplyAdds, again.MultiplyAdds);

        // Both hold all weights; what they compute is tried where ONNX Runtime is.
        Assert.IsGreaterThan(dense.DenseWeightBytes, new FileInfo("pruned.onnx").Length);
        Assert.IsGreaterThan(dense.DenseWeightBytes, new FileInfo("pipeline.onnx").Length);
    }

    private static void Export(MLContext ml)
    {
        using var network = ml.Transforms.LoadSparseViT("pruned.zip");
        network.SaveOnnx("pruned.onnx");
        network.SaveDenseNetwork("model.safetensors", "deit/model.safetensors");
    }

    private static void Convert(MLContext ml, ITransformer model, Pixels[] rows)
    {
        IDataView pixels = ml.Data.LoadFromEnumerable(rows); // [VectorType(3 * 224 * 224)] float[] Image
        using var file = File.Create("pipeline.onnx");
        ml.Model.ConvertToOnnx(model, pixels, file);
    }

    private sealed class Pixels
    {
        [VectorType(3 * Picture.Size * Picture.Size)]
        public float[] Image { get; set; } = [];
    }
}
