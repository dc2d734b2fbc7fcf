using System.Buffers.Binary;
using System.Text.Json;

namespace SameBits;

/// <summary>A tensor of a safetensors file: eight bytes with the header's length, the header in JSON, the data.</summary>
/// <remarks>Read here and not by the library, so that a fault in its reader cannot hide one in its writer.</remarks>
/// <param name="Name">As the file has it.</param>
/// <param name="Kind">Number format and dimensions.</param>
/// <param name="Bits">The raw data.</param>
internal sealed record SavedTensor(string Name, string Kind, ReadOnlyMemory<byte> Bits)
{
    private const string MetadataKey = "__metadata__"; // left out: it may say more in a later version

    /// <summary>All tensors of a file, by name.</summary>
    public static IEnumerable<SavedTensor> ReadAll(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        using var header = JsonDocument.Parse(file.AsMemory(sizeof(long), length));
        ReadOnlyMemory<byte> data = file.AsMemory(sizeof(long) + length);
        return
        [
            .. header.RootElement.EnumerateObject()
                .Where(entry => entry.Name != MetadataKey)
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => Of(entry, data)),
        ];
    }

    private static SavedTensor Of(JsonProperty entry, ReadOnlyMemory<byte> data)
    {
        var offsets = entry.Value.GetProperty("data_offsets");
        var bits = data[offsets[0].GetInt32()..offsets[1].GetInt32()];
        return new SavedTensor(entry.Name, $"{entry.Value.GetProperty("dtype")}{entry.Value.GetProperty("shape").GetRawText()}", bits);
    }
}
