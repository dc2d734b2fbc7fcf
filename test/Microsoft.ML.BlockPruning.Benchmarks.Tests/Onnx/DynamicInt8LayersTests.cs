using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Onnx;

[TestClass]
public sealed class DynamicInt8LayersTests
{
    private const int Rows = 6;

    /// <summary>Without VNNI, ONNX Runtime adds two products of bytes in 16 bits.</summary>
    internal static bool ProductsSaturate => X86Base.IsSupported && !AvxVnni.IsSupported;

    [TestMethod]
    public void Linear_StaysWithinWhatRoundingMayCost()
    {
        if (ProductsSaturate)
        {
            Assert.Inconclusive("Without VNNI, ONNX Runtime's products of unsigned and signed bytes saturate: there is no such bound.");
        }

        var random = new Random(2);
        float Uniform() => (2 * random.NextSingle()) - 1;
        var layer = new LinearWeights("layer", outFeatures: 24, inFeatures: 40);
        float[] x = [.. Enumerable.Range(0, Rows * layer.InFeatures).Select(_ => 3 * Uniform())];
        for (int i = 0; i < layer.Weight.Length; i++)
        {
            layer.Weight[i] = Uniform();
        }

        for (int i = 0; i < layer.OutFeatures; i++)
        {
            layer.Bias[i] = Uniform();
        }

        float[] y = Run(layer, x);

        // ONNX, DynamicQuantizeLinear: scale = (max(x, 0) − min(x, 0)) / 255. Value and zero point are rounded, so x is off by one scale at
        // most; a weight by half of its own: |y − ŷ| ≤ Σ |w| s_x + (|x| + s_x) s_w / 2.
        double scaleX = (Math.Max(0, x.Max()) - (double)Math.Min(0, x.Min())) / 255;
        for (int row = 0; row < Rows; row++)
        {
            for (int o = 0; o < layer.OutFeatures; o++)
            {
                double[] w = [.. layer.Weight.Skip(o * layer.InFeatures).Take(layer.InFeatures).Select(value => (double)value)];
                double[] v = [.. x.Skip(row * layer.InFeatures).Take(layer.InFeatures).Select(value => (double)value)];
                double scaleW = w.Max(Math.Abs) / 127;
                double bound = w.Zip(v, (a, b) => (Math.Abs(a) * scaleX) + ((Math.Abs(b) + scaleX) * scaleW / 2)).Sum();
                double expected = layer.Bias[o] + w.Zip(v, (a, b) => a * b).Sum();
                Assert.AreEqual(expected, y[(row * layer.OutFeatures) + o], bound);
            }
        }
    }

    private static float[] Run(LinearWeights layer, float[] values)
    {
        var graph = new OnnxGraph();
        string x = graph.Input("x", Rows, layer.InFeatures);
        graph.Output(new DynamicInt8Layers(graph).Linear(OnnxLinear.Of(layer), x), "y", Rows, layer.OutFeatures);
        using var session = new InferenceSession(graph.ToBytes());
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(values, [Rows, layer.InFeatures]);
        using var results = session.Run(options, ["x"], [input], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
