using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Reads a <c>config.json</c>; every complaint names the file, the key, what was found and what was expected.</summary>
internal sealed class CheckpointConfigReader(string source)
{
    private const float HuggingFaceEps = 1e-12f; // of its ViT and DeiT, where the key is absent

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly string[] Sections = ["model_args", "pretrained_cfg"];
    private readonly List<ConfigFact> _facts = [];
    private readonly List<string> _unknown = [];

    public CheckpointConfig Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            if (!Utf8.IsValid(json.Span))
            {
                throw new JsonException("It holds bytes that are not UTF-8."); // the parser looks at strings only when they are read
            }

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
        CheckKeys(root, prefix: "");
        foreach (string section in Sections)
        {
            if (Find(root, section, JsonValueKind.Object) is { } part)
            {
                CheckKeys(part, $"{section}.");
            }
        }

        bool isHuggingFace = Find(root, "model_type", JsonValueKind.String)?.GetString() is "vit" or "deit";
        var preprocessing = Find(root, "pretrained_cfg", JsonValueKind.Object) ?? root;
        return new CheckpointConfig
        {
            NumHeads = Integer(root, "model_args.num_heads") ?? Integer(root, "num_attention_heads"),
            LayerNormEps = (float?)Number(root, "layer_norm_eps", most: 1) ?? (isHuggingFace ? HuggingFaceEps : null),
            Mean = Array(preprocessing, "mean", Single),
            Std = Array(preprocessing, "std", Single),
            Interpolation = Find(preprocessing, "interpolation", JsonValueKind.String)?.GetString(),
            CropFraction = Number(preprocessing, "crop_pct", most: 1),
            IsSquashed = Find(preprocessing, "crop_mode", JsonValueKind.String)?.GetString() == "squash",
            InputSize = Array(preprocessing, "input_size", Positive),
            LabelNames = Array(root, "label_names", Text) ?? Array(preprocessing, "label_names", Text) ?? LabelsById(root),
            Facts = _facts,
            Notes = [.. NotesOn(root, isHuggingFace)],
        };
    }

    private IEnumerable<string> NotesOn(JsonElement root, bool isHuggingFace)
    {
        if (_unknown.Count > 0)
        {
            yield return $"{source} has keys that are not known here and were passed over: {string.Join(", ", _unknown)}.";
        }

        if (isHuggingFace && Find(root, "layer_norm_eps", JsonValueKind.Number) is null)
        {
            yield return $"{source} has no layer_norm_eps: Hugging Face's own for such a network is taken, 1e-12.";
        }
    }

    /// <summary>Refuses values of a network that is not computed here, and gathers what is to be held against the tensors.</summary>
    private void CheckKeys(JsonElement section, string prefix)
    {
        foreach (var member in section.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            string path = $"{prefix}{member.Name}";
            if (ConfigKeys.Allowed(member.Name) is { } allowed)
            {
                RequireOneOf(path, member.Value, allowed);
            }
            else if (member.Name is "architecture" or "architectures")
            {
                RequireArchitecture(path, member.Value);
            }
            else if (ConfigFact.IsKnown(member.Name))
            {
                AddFact(path, member);
            }
            else if (!ConfigKeys.IsHarmless(member.Name))
            {
                _unknown.Add(path.Length > 60 ? $"{path[..60]}…" : path);
            }
        }
    }

    private void AddFact(string path, JsonProperty member)
    {
        // Of a network that was trained further, pretrained_cfg still names the classes of the one before; timm's root goes before it.
        bool isOfTheOneBefore = path == "pretrained_cfg.num_classes" && _facts.Exists(fact => fact.Path == "num_classes");
        if (!isOfTheOneBefore)
        {
            _facts.Add(new ConfigFact(source, path, member.Value.Clone()));
        }
    }

    private void RequireOneOf(string path, JsonElement value, IReadOnlyList<string> allowed)
    {
        string found = value.ValueKind switch
        {
            JsonValueKind.String => $"\"{value.GetString()}\"",
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number when value.TryGetDouble(out double number) && number == 0 => "0",
            JsonValueKind.Object when !value.EnumerateObject().Any() => "{}",
            _ => "",
        };
        if (!allowed.Contains(found))
        {
            throw Unexpected(path, value, $"{(allowed.Count == 0 ? "null" : string.Join(" or ", allowed))}: no other is supported");
        }
    }

    private void RequireArchitecture(string path, JsonElement value)
    {
        var names = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        foreach (var name in names)
        {
            if (!ConfigKeys.IsArchitecture(Text(path, name)))
            {
                throw Unexpected(path, name, $"one of {ConfigKeys.ArchitectureNames}: no other family is supported");
            }
        }
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
