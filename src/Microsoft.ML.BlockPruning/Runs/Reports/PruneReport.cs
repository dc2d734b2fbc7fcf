using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What one pruning kept, what it cost in accuracy and what it saved: by layer and as a whole. Immutable.</summary>
/// <remarks>
/// Times are of the machine that pruned, in the moment it did; all else is the same for the same input and seed. What a figure could not
/// be told is null, and <see cref="Notes"/> says why. As JSON it is its properties in camelCase and the version of the form; reading
/// refuses unknown versions and fields, so that nothing in a file is silently passed over.
/// </remarks>
public sealed class PruneReport
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

    /// <summary>What was asked for, and what it ran on.</summary>
    public required ReportSettings Settings { get; init; }

    /// <summary>The network as a whole.</summary>
    public required NetworkReport Network { get; init; }

    /// <summary>The prunable layers in forward order.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>The classes in the dense network's order, and what the images call them.</summary>
    /// <value>Empty in a report of before this was told.</value>
    public IReadOnlyList<ClassReport> Classes { get; init; } = [];

    /// <summary>What is done to an image first, and who says so; empty in a report of before this was told.</summary>
    public IReadOnlyList<PreprocessingReport> Preprocessing { get; init; } = [];

    /// <summary>Wall time of each stage that ran, in order.</summary>
    public required IReadOnlyList<StageReport> Stages { get; init; }

    /// <summary>What a reader should know besides the figures: fallbacks, surprises, what is missing and how to get it.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Reads a report as <see cref="ToJson"/> writes it.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The report.</returns>
    /// <exception cref="InvalidDataException">It is no report, of another version, or has a field too many or too few.</exception>
    public static PruneReport FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(json);
    }

    /// <summary>The report for programs.</summary>
    /// <returns>Indented JSON, names in camelCase.</returns>
    public string ToJson()
    {
        var json = JsonSerializer.SerializeToNode(this, Strict)!.AsObject();
        json.Insert(0, VersionKey, CurrentVersion);
        return json.ToJsonString(Strict);
    }

    /// <summary>One line: what is left of the network. The whole report as text is <c>ToText()</c> of the reporting namespace.</summary>
    /// <returns>Such as <c>deit.safetensors: kept 512 of 1024 blocks</c>; invariant culture.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Settings.Network}: kept {Network.KeptBlocks} of {Network.TotalBlocks} blocks");

    private static PruneReport Parse(string json)
    {
        try
        {
            var document = JsonNode.Parse(json, documentOptions: StrictDocument) as JsonObject
                ?? throw new JsonException("it is not an object");
            CheckVersion(document);
            CheckNumbers(document);
            document.Remove(VersionKey);
            var report = document.Deserialize<PruneReport>(Strict)!;
            if (!Enum.IsDefined(report.Settings.WeightFormat))
            {
                throw new JsonException($"its weight format is {report.Settings.WeightFormat}, expected one");
            }

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
