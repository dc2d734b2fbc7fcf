namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>Element types of tensors, by their numbers in onnx.proto (TensorProto.DataType).</summary>
internal enum OnnxElement
{
    Float32 = 1,
    Int8 = 3,
    Int64 = 7,
}
