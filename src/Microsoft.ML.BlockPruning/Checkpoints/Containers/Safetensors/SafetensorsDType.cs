namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>The element types of the safetensors format; reading turns some of them into float or integers.</summary>
internal enum SafetensorsDType
{
    Bool,
    U8,
    I8,
    F8E4M3,
    F8E5M2,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    I64,
    U64,
    F64,
}
