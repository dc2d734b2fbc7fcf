using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Reads a <c>config.json</c>; every complaint names the file, the key, what was found and what was expected.</summary>
internal sealed class CheckpointConfigReader(string source)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public CheckpointConfig Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw Unexpected("the root", document.RootElement, "an object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new InvalidDataException($"{source} is not valid JSON: {error.Message} Repair or remove it.", error);
        }
    }

    private CheckpointConfig Read(JsonElement root)
    {
        // Other values would load and score wrongly: the network here reads the class token and uses the exact GELU.
        RequireText(root, "global_pool", "token");
        RequireText(root, "hidden_act", "gelu");
        var preprocessing = Find(root, "pretrained_cfg", JsonValueKind.Object) ?? root;
        return new CheckpointConfig
        {
            NumHeads = Integer(root, "model_args.num_heads") ?? Integer(root, "num_attention_heads"),
            LayerNormEps = (float?)(Number(root, "layer_norm_eps", most: 1)),
            Mean = Array(preprocessing, "mean", Single),
            Std = Array(preprocessing, "std", Single),
            Interpolation = Find(preprocessing, "interpolation", JsonValueKind.String)?.GetString(),
            CropFraction = Number(preprocessing, "crop_pct", most: 1),
            InputSize = Array(preprocessing, "input_size", Positive),
            LabelNames = Array(root, "label_names", Text) ?? Array(preprocessing, "label_names", Text) ?? LabelsById(root),
        };
    }

    private string[]? LabelsById(JsonElement root)
    {
        const string key = "id2label";
        if (Find(root, key, JsonValueKind.Object) is not { } labels)
        {
            return null;
        }

        string?[] names = new string?[labels.EnumerateObject().Count()];
        foreach (var label in labels.EnumerateObject())
        {
            bool isIndex = int.TryParse(label.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < names.Length;
            if (!isIndex || names[index] is not null)
            {
                throw new InvalidDataException(
                    $"{source}, key '{key}': found the entry '{label.Name}', expected each of 0 to {names.Length - 1} once.");
            }

            names[index] = Text($"{key}.{label.Name}", label.Value);
        }

        return names!;
    }

    private void RequireText(JsonElement root, string key, string expected)
    {
        if (Find(root, key, JsonValueKind.String) is { } value && value.GetString() != expected)
        {
            throw Unexpected(key, value, $"\"{expected}\": no other is supported");
        }
    }

    private int? Integer(JsonElement root, string key) =>
        Find(root, key, JsonValueKind.Number) is { } value ? Positive(key, value) : null;

    private double? Number(JsonElement root, string key, double most) => Find(root, key, JsonValueKind.Number) switch
    {
        null => null,
        { } value when value.TryGetDouble(out double number) && number > 0 && number <= most => number,
        { } value => throw Unexpected(key, value, $"a number in (0, {most}]"),
    };

    private T[]? Array<T>(JsonElement root, string key, Func<string, JsonElement, T> read) =>
        Find(root, key, JsonValueKind.Array) is { } array
            ? [.. array.EnumerateArray().Select((item, i) => read($"{key}[{i}]", item))]
            : null;

    private int Positive(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw Unexpected(key, value, "a positive whole number");

    private float Single(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number)
            ? number
            : throw Unexpected(key, value, "a finite number");

    private string Text(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Unexpected(key, value, "a string");

    /// <summary>The value under a dotted key; null where it is missing or JSON's null.</summary>
    private JsonElement? Find(JsonElement root, string key, JsonValueKind kind)
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

    private InvalidDataException Unexpected(string key, JsonElement found, string expected)
    {
        string text = found.GetRawText();
        string shown = text.Length > 60 ? $"{text[..60]}…" : text;
        return new InvalidDataException($"{source}, key '{key}': found {shown}, expected {expected}.");
    }
}
