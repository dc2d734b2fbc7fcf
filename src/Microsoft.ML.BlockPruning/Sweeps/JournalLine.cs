using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The lines of a journal as JSON.</summary>
/// <remarks>A trial's line stands on its own: the figures, then seed, library and session of the header that it stands below.</remarks>
internal static class JournalLine
{
    private const string FinalKey = "final";

    public static string Of(JournalHeader header) => JsonSerializer.Serialize(header, SweepJson.Form);

    public static string Of(ReferencePoint point) => JsonSerializer.Serialize(point, SweepJson.Form);

    public static string Of(TrialResult result, JournalHeader header) =>
        Signed(JsonSerializer.SerializeToNode(result, SweepJson.Form)!.AsObject(), header);

    /// <summary>The line of the recommended trial with the final refit, which is no trial of the tuner's.</summary>
    public static string OfFinal(TrialResult result, JournalHeader header) =>
        Signed(new JsonObject { [FinalKey] = JsonSerializer.SerializeToNode(result, SweepJson.Form) }, header);

    private static string Signed(JsonObject line, JournalHeader header)
    {
        line["seed"] = header.Identity.Seed;
        line["library"] = header.Identity.Library;
        line["session"] = JsonSerializer.SerializeToNode(header.Session, SweepJson.Form);
        return line.ToJsonString(SweepJson.Form);
    }

    /// <summary>The header in a line; null where it is the line of something else.</summary>
    /// <exception cref="JsonException">It is no JSON, or a header that lacks something.</exception>
    public static JournalHeader? TryReadHeader(string line) =>
        TryReadAs<JournalHeader>(line, "journal", mark => mark == JournalHeader.Mark);

    /// <summary>The point of comparison in a line; null where it is the line of something else.</summary>
    /// <exception cref="JsonException">It is no JSON, or a point that lacks its name.</exception>
    public static ReferencePoint? TryReadReference(string line) => TryReadAs<ReferencePoint>(line, "reference", _ => true);

    /// <summary>The trial in a line, and whether it is that with the final refit.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static (TrialResult Result, bool IsFinal) ReadTrial(string line)
    {
        var content = JsonNode.Parse(line);
        return content is JsonObject named && named[FinalKey] is { } final ? (ReadResult(final), true) : (ReadResult(content), false);
    }

    private static TrialResult ReadResult(JsonNode? content)
    {
        var result = content.Deserialize<TrialResult>(SweepJson.Form) ?? throw new JsonException("it is null");
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
                ? content.Deserialize<T>(SweepJson.Form)
                : null;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException(error.Message, error);
        }
    }
}
