using System.Text;
using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Onnx;

[TestClass]
public sealed class FusedLayersTests
{
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(3, false)]
    [DataRow(3, true)]
    public void Create_GivesTheLogitsOfLibtorchAndOfOurs(int channels, bool isDistilled)
    {
        var small = new SmallNetwork(channels, isDistilled);
        double[] expected = small.Logits();

        double onnx = ErrorOf(
            small, expected, new OnnxRuntimeNetwork(small.Dense, graph => new FusedLayers(graph), SmallNetwork.Images, threads: 2));
        double ours = ErrorOf(small, expected, new SparseNetwork(small.Dense, SmallNetwork.Images, threads: 2));
        double torch = ErrorOf(small, expected, new LibTorchNetwork(small.Weights, SmallNetwork.Images));

        // 1e-4 is what the benchmark lets pass; a network of two layers is closer.
        Assert.IsLessThan(1e-5, onnx);
        Assert.IsLessThan(1e-5, ours);
        Assert.IsLessThan(1e-5, torch);
    }

    [TestMethod]
    public void Create_InInt8IsJoinedToOneOperatorForEachMatrix_AndIsClose()
    {
        var small = new SmallNetwork(channels: 3, isDistilled: true);
        string graph = Path.GetTempFileName();
        try
        {
            var network = new OnnxRuntimeNetwork(
                small.Dense, file => new DynamicInt8Layers(file), SmallNetwork.Images, threads: 2, graph);
            double error = ErrorOf(small, small.Logits(), network);

            // Far from fp32's error, so it was int8; and no layer was lost, which costs more than a tenth. Where the products saturate
            // there is no such bound.
            Assert.IsGreaterThan(1e-4, error);
            Assert.IsTrue(error < 0.1 || DynamicInt8LayersTests.ProductsSaturate, $"off by {error}");
            int matrices = (4 * small.Weights.Config.Depth) + 2;
            Assert.AreEqual(matrices, OperatorsOf(graph, "DynamicQuantizeMatMul"));
            Assert.AreEqual(0, OperatorsOf(graph, "MatMulInteger"));
            Assert.AreEqual(0, OperatorsOf(graph, "MatMul"));
        }
        finally
        {
            File.Delete(graph);
        }
    }

    [TestMethod]
    public void Create_InFp32IsJoinedAsOnnxRuntimeDoes()
    {
        var small = new SmallNetwork(channels: 3, isDistilled: false);
        string graph = Path.GetTempFileName();
        try
        {
            new OnnxRuntimeNetwork(small.Dense, file => new FusedLayers(file), SmallNetwork.Images, threads: 2, graph).Dispose();

            Assert.AreEqual(2, OperatorsOf(graph, "MultiHeadAttention"));
            Assert.AreEqual(2, OperatorsOf(graph, "BiasGelu") + OperatorsOf(graph, "Gelu"));
            Assert.AreEqual(4, OperatorsOf(graph, "SkipLayerNormalization"));
        }
        finally
        {
            File.Delete(graph);
        }
    }

    // Of the largest logit.
    private static double ErrorOf(SmallNetwork small, double[] expected, IMeasuredNetwork network)
    {
        using (network)
        {
            small.Pixels.CopyTo(network.Images);
            network.Run();
            Assert.HasCount(SmallNetwork.Images * small.Weights.Config.NumClasses, expected);
            return expected.Zip(network.Logits.ToArray(), (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
        }
    }

    // NodeProto's op_type is field 4, length-delimited: its bytes are found in the file as they are.
    private static int OperatorsOf(string path, string type)
    {
        byte[] field = [(4 << 3) | 2, (byte)type.Length, .. Encoding.UTF8.GetBytes(type)];
        var rest = File.ReadAllBytes(path).AsSpan();
        int count = 0;
        for (int at = rest.IndexOf(field); at >= 0; at = rest.IndexOf(field))
        {
            count++;
            rest = rest[(at + field.Length)..];
        }

        return count;
    }
}
