using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>A block as people write it: <c>"16x32"</c>, height x width.</summary>
internal sealed class BlockShapeJsonConverter : JsonConverter<BlockShape>
{
    public override BlockShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("a block is not a string");
        try
        {
            return BlockShape.Parse(text);
        }
        catch (FormatException error)
        {
            throw new JsonException(error.Message, error);
        }
    }

    public override void Write(Utf8JsonWriter writer, BlockShape value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
