using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Reads a <c>config.json</c>; every complaint names the file, the key, what was found and what was expected.</summary>
internal sealed class CheckpointConfigReader(string source)
{
    private const float HuggingFaceEps = 1e-12f; // of its ViT and DeiT, where the key is absent

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly string[] Sections = ["model_args", "pretrained_cfg"];
    private static readonly string[] Places = ["pretrained_cfg.", "", "model_args."];
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
        return new CheckpointConfig
        {
            AttentionHeads = Integer(root, PathOf(root, "num_heads")) ?? Integer(root, PathOf(root, "num_attention_heads")),
            LayerNormEps = (float?)Number(root, PathOf(root, "layer_norm_eps"), most: 1) ?? (isHuggingFace ? HuggingFaceEps : null),
            Mean = Array(root, PathOf(root, "mean"), Single),
            Std = Array(root, PathOf(root, "std"), Single),
            Interpolation = Find(root, PathOf(root, "interpolation"), JsonValueKind.String)?.GetString(),
            CropFraction = Number(root, PathOf(root, "crop_pct"), most: 1),
            IsSquashed = Find(root, PathOf(root, "crop_mode"), JsonValueKind.String)?.GetString() == "squash",
            InputSize = Array(root, PathOf(root, "input_size"), Positive),
            LabelNames = Labels(root),
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

        if (isHuggingFace && Find(root, PathOf(root, "layer_norm_eps"), JsonValueKind.Number) is null)
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
            else if (ConfigKeys.Facts.Contains(member.Name))
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

    /// <summary>Where a key stands, whichever the section; the bare key where it stands nowhere.</summary>
    /// <exception cref="InvalidDataException">It stands in two sections that do not agree.</exception>
    private string PathOf(JsonElement root, string key)
    {
        string[] found = [.. Places.Select(prefix => $"{prefix}{key}").Where(path => TryFind(root, path) is not null)];
        for (int i = 1; i < found.Length; i++)
        {
            var (first, other) = (TryFind(root, found[0])!.Value, TryFind(root, found[i])!.Value);
            if (!JsonElement.DeepEquals(first, other))
            {
                throw Contradiction(found[0], first.GetRawText(), found[i], other.GetRawText());
            }
        }

        return found.FirstOrDefault() ?? key;
    }

    private string[]? Labels(JsonElement root)
    {
        string path = PathOf(root, "label_names");
        string[]? names = Array(root, path, Text), byId = LabelsById(root);
        return names is null || byId is null || names.SequenceEqual(byId)
            ? names ?? byId
            : throw Contradiction(path, string.Join(", ", names), "id2label", string.Join(", ", byId));
    }

    private string[]? LabelsById(JsonElement root)
    {
        string key = PathOf(root, "id2label");
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

    // No complaint where something else than an object lies on the way: whoever reads the value complains.
    private static JsonElement? TryFind(JsonElement root, string path)
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

    private InvalidDataException Unexpected(string key, JsonElement found, string expected) =>
        new($"{source}, key '{key}': found {Shown(found.GetRawText())}, expected {expected}.");

    private InvalidDataException Contradiction(string first, string found, string second, string other) => new(
        $"{source}, keys '{first}' and '{second}': found {Shown(found)} and {Shown(other)}, expected the same. Remove the wrong one.");

    private static string Shown(string text) => text.Length > 60 ? $"{text[..60]}…" : text;
}
