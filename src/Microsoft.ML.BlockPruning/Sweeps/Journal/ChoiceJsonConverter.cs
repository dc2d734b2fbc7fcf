using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>A choice of a user by its name in C#, such as <c>ObsPath</c>, as journals have it from the first.</summary>
/// <typeparam name="T">The enum.</typeparam>
/// <param name="property">What messages call it.</param>
internal sealed class ChoiceJsonConverter<T>(string property) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string name = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "no string";
        return Array.IndexOf(Enum.GetNames<T>(), name) is >= 0 and var place
            ? Enum.GetValues<T>()[place]
            : throw new JsonException($"{property} is {name}, expected {string.Join(", ", Enum.GetNames<T>())}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
