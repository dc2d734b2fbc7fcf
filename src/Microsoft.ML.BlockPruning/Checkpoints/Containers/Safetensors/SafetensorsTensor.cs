namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>A tensor's entry in a safetensors header: row-major, little-endian, in bytes [Begin, End) of the data.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DType">The elements' type.</param>
/// <param name="Shape">The sides; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record SafetensorsTensor(string Name, SafetensorsDType DType, long[] Shape, long Begin, long End)
    : TensorEntry(Name, DType.Name(), Shape)
{
    public long Elements => (End - Begin) / DType.Size();
}
