using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>An ONNX model of one linear layer, y = x Wᵀ + b, as exporters write it: a Gemm with a transposed constant weight.</summary>
internal static class OnnxGemm
{
    private const int Float = 1; // onnx.proto, TensorProto.DataType
    private const int IntAttribute = 2; // AttributeProto.AttributeType
    private const int IrVersion = 9;
    private const int Opset = 20;

    public const string Input = "x";
    public const string Output = "y";

    /// <param name="weight">[outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures].</param>
    /// <param name="rows">Rows of x, fixed.</param>
    public static byte[] Create(float[] weight, float[] bias, int rows)
    {
        int outFeatures = bias.Length;
        int inFeatures = weight.Length / outFeatures;
        var gemm = new ProtobufWriter().Text(1, Input).Text(1, "w").Text(1, "b").Text(2, Output).Text(3, "gemm").Text(4, "Gemm")
            .Message(5, new ProtobufWriter().Text(1, "transB").Number(3, 1).Number(20, IntAttribute));
        var graph = new ProtobufWriter().Message(1, gemm).Text(2, "linear")
            .Message(5, Tensor("w", weight, outFeatures, inFeatures))
            .Message(5, Tensor("b", bias, outFeatures))
            .Message(11, Value(Input, rows, inFeatures))
            .Message(12, Value(Output, rows, outFeatures));
        return new ProtobufWriter().Number(1, IrVersion).Message(7, graph)
            .Message(8, new ProtobufWriter().Text(1, "").Number(2, Opset)).ToArray();
    }

    private static ProtobufWriter Tensor(string name, float[] values, params ReadOnlySpan<int> dims)
    {
        var tensor = new ProtobufWriter();
        foreach (int dim in dims)
        {
            tensor.Number(1, dim);
        }

        return tensor.Number(2, Float).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static ProtobufWriter Value(string name, params ReadOnlySpan<int> dims)
    {
        var shape = new ProtobufWriter();
        foreach (int dim in dims)
        {
            shape.Message(1, new ProtobufWriter().Number(1, dim));
        }

        var type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, Float).Message(2, shape));
        return new ProtobufWriter().Text(1, name).Message(2, type);
    }
}
