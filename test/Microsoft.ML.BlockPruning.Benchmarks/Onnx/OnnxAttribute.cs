namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>A named constant of a node (onnx.proto, AttributeProto).</summary>
internal sealed class OnnxAttribute
{
    // AttributeProto.AttributeType
    private const int FloatType = 1;
    private const int IntType = 2;
    private const int IntsType = 7;

    private OnnxAttribute(ProtobufWriter message) => Message = message;

    public ProtobufWriter Message { get; }

    public static OnnxAttribute Of(string name, long value) =>
        new(new ProtobufWriter().Text(1, name).Number(3, value).Number(20, IntType));

    public static OnnxAttribute Of(string name, float value) =>
        new(new ProtobufWriter().Text(1, name).Single(2, value).Number(20, FloatType));

    public static OnnxAttribute Of(string name, params ReadOnlySpan<long> values)
    {
        var message = new ProtobufWriter().Text(1, name);
        foreach (long value in values)
        {
            message.Number(8, value);
        }

        return new OnnxAttribute(message.Number(20, IntsType));
    }
}
