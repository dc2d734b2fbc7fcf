using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The object in a JSON file, read key by key; a complaint names file, key, what was found and what was expected.</summary>
/// <param name="source">The file, for messages.</param>
/// <param name="root">The object; lives as long as its document.</param>
internal sealed class ConfigJson(string source, JsonElement root)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The file, for messages.</summary>
    public string Source => source;

    /// <summary>The object itself.</summary>
    public JsonElement Root => root;

    /// <summary>Parses a file and reads what is wanted of it.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="json">Its content.</param>
    /// <param name="read">Is given the object for the time of the call.</param>
    /// <exception cref="InvalidDataException">It is no JSON, or no object.</exception>
    public static T Parse<T>(string source, ReadOnlyMemory<byte> json, Func<ConfigJson, T> read)
    {
        try
        {
            if (!Utf8.IsValid(json.Span))
            {
                throw new JsonException("It holds bytes that are not UTF-8."); // the parser looks at strings only when they are read
            }

            json = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json; // editors of Windows write it
            using var document = JsonDocument.Parse(json, Strict);
            var file = new ConfigJson(source, document.RootElement);
            return file.Root.ValueKind == JsonValueKind.Object
                ? read(file)
                : throw file.Unexpected("the root", file.Root, "an object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new InvalidDataException($"{source} is not valid JSON: {error.Message} Repair or remove it.", error);
        }
    }

    /// <summary>Where a key stands, whichever the section; the bare key where it stands nowhere.</summary>
    /// <param name="key">The key.</param>
    /// <param name="places">The sections, each with its dot; "" is the root.</param>
    /// <exception cref="InvalidDataException">It stands in two sections that do not agree.</exception>
    public string PathOf(string key, IEnumerable<string> places)
    {
        string[] found = [.. places.Select(prefix => $"{prefix}{key}").Where(path => TryFind(path) is not null)];
        for (int i = 1; i < found.Length; i++)
        {
            var (first, other) = (TryFind(found[0])!.Value, TryFind(found[i])!.Value);
            if (!JsonElement.DeepEquals(first, other))
            {
                throw Contradiction(found[0], first.GetRawText(), found[i], other.GetRawText());
            }
        }

        return found.FirstOrDefault() ?? key;
    }

    public int? Integer(string key) => Find(key, JsonValueKind.Number) is { } value ? Positive(key, value) : null;

    public double? Number(string key, double most) => Find(key, JsonValueKind.Number) switch
    {
        null => null,
        { } value when value.TryGetDouble(out double number) && number > 0 && number <= most => number,
        { } value => throw Unexpected(key, value, $"a number in (0, {most}]"),
    };

    public string? String(string key) => Find(key, JsonValueKind.String)?.GetString();

    public T[]? Array<T>(string key, Func<string, JsonElement, T> read) => Find(key, JsonValueKind.Array) is { } array
        ? [.. array.EnumerateArray().Select((item, i) => read($"{key}[{i}]", item))]
        : null;

    public int Positive(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw Unexpected(key, value, "a positive whole number");

    public float Single(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number)
            ? number
            : throw Unexpected(key, value, "a finite number");

    public string Text(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Unexpected(key, value, "a string");

    /// <summary>The value under a dotted key; null where it is missing or JSON's null.</summary>
    /// <exception cref="InvalidDataException">It is of another kind, or something else than an object lies on the way.</exception>
    public JsonElement? Find(string key, JsonValueKind kind)
    {
        string[] steps = key.Split('.');
        var value = root;
        for (int i = 0; i < steps.Length; i++)
        {
            if (!value.TryGetProperty(steps[i], out value) || value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            var expected = i + 1 < steps.Length ? JsonValueKind.Object : kind;
            if (value.ValueKind != expected)
            {
                throw Unexpected(string.Join('.', steps[..(i + 1)]), value, $"{expected.ToString().ToLowerInvariant()}");
            }
        }

        return value;
    }

    /// <summary>The same of any kind; whoever reads the value complains of what lies on the way.</summary>
    public JsonElement? TryFind(string path)
    {
        var value = root;
        foreach (string step in path.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    public InvalidDataException Unexpected(string key, JsonElement found, string expected) =>
        new($"{source}, key '{key}': found {Shown(found.GetRawText())}, expected {expected}.");

    public InvalidDataException Contradiction(string first, string found, string second, string other) => new(
        $"{source}, keys '{first}' and '{second}': found {Shown(found)} and {Shown(other)}, expected the same. Remove the wrong one.");

    private static string Shown(string text) => text.Length > 60 ? $"{text[..60]}…" : text;
}
