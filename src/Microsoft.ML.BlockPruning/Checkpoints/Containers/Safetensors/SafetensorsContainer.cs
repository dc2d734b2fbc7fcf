using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>The safetensors format (github.com/huggingface/safetensors), which is also that of the files that are written here.</summary>
internal sealed class SafetensorsContainer : IContainer
{
    /// <inheritdoc/>
    public string Name => "safetensors";

    /// <summary>The format has no magic number: a length that may be, then an object's brace.</summary>
    public bool Takes(ReadOnlySpan<byte> start) => start.Length > SafetensorsFile.LengthBytes
        && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafetensorsFile.MaxHeaderBytes && start[SafetensorsFile.LengthBytes] == '{';

    /// <inheritdoc/>
    public ITensorFile Open(string path) => SafetensorsFile.Open(path);
}
