namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Element types of tensors, by their numbers in onnx.proto (TensorProto.DataType).</summary>
internal enum OnnxElement
{
    Float = 1,
    Int8 = 3,
    Int64 = 7,
    UInt32 = 12,
}
