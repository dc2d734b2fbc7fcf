using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>The lines of a journal as JSON.</summary>
/// <remarks>A trial's line stands on its own: the figures, then seed, library and session of the header that it stands below.</remarks>
internal static class JournalLine
{
    private const string FinalKey = "final";
    private const string MarkKey = "journal";

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
    /// <exception cref="JsonException">It is a header that lacks something.</exception>
    public static JournalHeader? TryReadHeader(JsonElement line) =>
        TextOf(line, MarkKey) == JournalHeader.Mark ? SweepJson.Read<JournalHeader>(line) : null;

    /// <summary>The version that a header names; null where the line is none, or names none.</summary>
    public static int? TryReadVersion(JsonElement line) =>
        TextOf(line, MarkKey) == JournalHeader.Mark && line.TryGetProperty("version", out var version)
            && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number) ? number : null;

    /// <summary>The point of comparison in a line; null where it is the line of something else.</summary>
    /// <exception cref="JsonException">Its figures are none.</exception>
    public static ReferencePoint? TryReadReference(JsonElement line)
    {
        if (TextOf(line, "reference") is null)
        {
            return null;
        }

        var point = SweepJson.Read<ReferencePoint>(line);
        SweepFigures.Check(point);
        return point;
    }

    /// <summary>The trial in a line, and whether it is that with the final refit.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static (TrialResult Result, bool IsFinal) ReadTrial(JsonElement line)
    {
        bool isFinal = line.ValueKind == JsonValueKind.Object && line.TryGetProperty(FinalKey, out _);
        var result = SweepJson.Read<TrialResult>(isFinal ? line.GetProperty(FinalKey) : line);
        SweepFigures.Check(result);
        return (result, isFinal);
    }

    private static string? TextOf(JsonElement line, string key) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
