using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The lines of a journal as JSON, names in camelCase, numbers in full precision.</summary>
/// <remarks>A trial's line stands on its own: the figures, then seed, library and session of the header that it stands below.</remarks>
internal static class JournalLine
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new BlockShapeJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Of(JournalHeader header) => JsonSerializer.Serialize(header, Form);

    public static string Of(ReferencePoint point) => JsonSerializer.Serialize(point, Form);

    public static string Of(TrialResult result, JournalHeader header)
    {
        var line = JsonSerializer.SerializeToNode(result, Form)!.AsObject();
        line["seed"] = header.Identity.Seed;
        line["library"] = header.Identity.Library;
        line["session"] = JsonSerializer.SerializeToNode(header.Session, Form);
        return line.ToJsonString(Form);
    }

    /// <summary>The header in a line; null where it is the line of something else.</summary>
    /// <exception cref="JsonException">It is no JSON, or a header that lacks something.</exception>
    public static JournalHeader? TryReadHeader(string line) =>
        TryReadAs<JournalHeader>(line, "journal", mark => mark == JournalHeader.Mark);

    /// <summary>The point of comparison in a line; null where it is the line of something else.</summary>
    /// <exception cref="JsonException">It is no JSON, or a point that lacks its name.</exception>
    public static ReferencePoint? TryReadReference(string line) => TryReadAs<ReferencePoint>(line, "reference", _ => true);

    /// <summary>The trial in a line.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static TrialResult ReadTrial(string line)
    {
        var result = JsonSerializer.Deserialize<TrialResult>(line, Form) ?? throw new JsonException("it is null");
        bool isWhole = result is { Top1: not null, Kl: not null, MultiplyAdds: not null, Bytes: not null, Milliseconds: not null };
        return result.Status == TrialStatus.Failed || isWhole
            ? result
            : throw new JsonException("a completed trial lacks one of top1, kl, multiplyAdds, bytes and milliseconds");
    }

    private static T? TryReadAs<T>(string line, string key, Predicate<string> isMark)
        where T : class
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject content && content[key] is JsonValue mark && mark.TryGetValue(out string? text)
                && isMark(text)
                ? content.Deserialize<T>(Form)
                : null;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException(error.Message, error);
        }
    }
}
