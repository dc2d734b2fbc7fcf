using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>How a sweep writes and reads JSON: names in camelCase, numbers in full precision, what is null left out.</summary>
internal static class SweepJson
{
    public static JsonSerializerOptions Form { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new BlockShapeJsonConverter(), new EnergyModelJsonConverter(),
            new ChoiceJsonConverter<PruneCriterion>("criterion"), new ChoiceJsonConverter<PruneRefit>("refit"),
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
        },
    };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Parses one value; every text in it is whole Unicode, no name stands twice.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span))
        {
            throw new JsonException("it is not UTF-8");
        }

        return Guarded(() =>
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            RequireText(document.RootElement);
            return document.RootElement.Clone();
        });
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">It is null, or lacks something, or holds something of another kind.</exception>
    public static T Read<T>(JsonElement value)
        where T : class =>
        Guarded(() => value.Deserialize<T>(Form)) ?? throw new JsonException("it is null");

    // The reader's words for text that is no Unicode, and for what a constructor refuses, are other exceptions.
    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or NotSupportedException)
        {
            throw new JsonException(error.Message, error);
        }
    }

    // Halves of surrogate pairs, written as escapes, show when the text is taken out.
    private static void RequireText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            _ = value.GetString();
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                RequireText(item);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name;
                RequireText(member.Value);
            }
        }
    }
}

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
