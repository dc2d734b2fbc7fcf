namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A named constant of a node.</summary>
internal abstract record OnnxAttribute(string Name)
{
    public static OnnxAttribute Of(string name, long value) => new OnnxInteger(name, value);

    public static OnnxAttribute Of(string name, float value) => new OnnxSingle(name, value);

    public static OnnxAttribute Of(string name, params long[] values) => new OnnxIntegers(name, values);
}

internal sealed record OnnxInteger(string Name, long Value) : OnnxAttribute(Name);

internal sealed record OnnxSingle(string Name, float Value) : OnnxAttribute(Name);

internal sealed record OnnxIntegers(string Name, long[] Values) : OnnxAttribute(Name);
