using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>A report as JSON: its properties in camelCase, and the version of the form.</summary>
/// <remarks>Reading refuses unknown versions and fields, so that nothing in a file is silently passed over.</remarks>
internal static class PruneReportJson
{
    private const int CurrentVersion = 1;
    private const string VersionKey = "version";

    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        Converters =
        {
            new BlockShapeJsonConverter(), new JsonStringEnumConverter<NumberFormat>(namingPolicy: null, allowIntegerValues: false),
        },
    };

    private static readonly JsonDocumentOptions StrictDocument = new() { AllowDuplicateProperties = false };

    public static string Write(PruneReport report)
    {
        var json = JsonSerializer.SerializeToNode(report, Strict)!.AsObject();
        json.Insert(0, VersionKey, CurrentVersion);
        return json.ToJsonString(Strict);
    }

    public static PruneReport Parse(string json)
    {
        try
        {
            var document = JsonNode.Parse(json, documentOptions: StrictDocument) as JsonObject
                ?? throw new JsonException("it is not an object");
            CheckVersion(document);
            CheckNumbers(document);
            document.Remove(VersionKey);
            var report = document.Deserialize<PruneReport>(Strict)!;
            return Damage(report) is { } damage ? throw new JsonException(damage) : report;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"This is no report of a pruning: {error.Message}", error);
        }
    }

    private static void CheckVersion(JsonObject document)
    {
        if (document[VersionKey] is not JsonValue value || !value.TryGetValue(out int version))
        {
            throw new JsonException($"it has no number '{VersionKey}'");
        }

        if (version != CurrentVersion)
        {
            throw new InvalidDataException($"The report is of version {version}, this library reads version {CurrentVersion}.");
        }
    }

    // JSON has larger numbers than double, and what reads as infinity could never be written again.
    private static void CheckNumbers(JsonNode? node)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && !(value.TryGetValue(out double number) && double.IsFinite(number)))
        {
            throw new JsonException($"{value.GetPath()} is {value.ToJsonString()}, expected a finite number");
        }

        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children)
        {
            CheckNumbers(child);
        }
    }

    // What the types do not rule out and the writers rely on.
    private static string? Damage(PruneReport report)
    {
        if (report.Classes.Contains(null) || report.Preprocessing.Contains(null) || report.Layers.Contains(null)
            || report.Stages.Contains(null) || report.Notes.Contains(null))
        {
            return "a list holds null";
        }

        var wrong = report.Layers.FirstOrDefault(layer => layer.KeptBlocks < 0 || layer.KeptBlocks > layer.TotalBlocks);
        return wrong is null ? null : $"layer '{wrong.Name}' keeps {wrong.KeptBlocks} of {wrong.TotalBlocks} blocks";
    }
}
