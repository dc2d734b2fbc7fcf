using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>Safetensors files put together byte by byte, so that they can be wrong.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, params byte[] data) => Of(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(byte[] header, byte[] data) => [.. Length((ulong)header.Length), .. header, .. data];

    public static byte[] Length(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>One tensor <c>t</c> of a dtype and element count, filling the data.</summary>
    public static byte[] OneTensor(string dtype, int elements, params byte[] data) =>
        Of($$$"""{"t":{"dtype":"{{{dtype}}}","shape":[{{{elements}}}],"data_offsets":[0,{{{data.Length}}}]}}""", data);

    public static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes), "file");
}
