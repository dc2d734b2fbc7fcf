using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Reads a <c>config.json</c>; every complaint names the file, the key, what was found and what was expected.</summary>
internal sealed class CheckpointConfigReader(string source)
{
    private const float HuggingFaceEps = 1e-12f; // of its ViT and DeiT, where the key is absent

    private static readonly string[] Sections = ["model_args", "pretrained_cfg"];
    private static readonly string[] Places = ["pretrained_cfg.", "", "model_args."];
    private readonly List<ConfigFact> _facts = [];
    private readonly List<string> _unknown = [];

    public CheckpointConfig Read(ReadOnlyMemory<byte> json) => ConfigJson.Parse(source, json, Read);

    private CheckpointConfig Read(ConfigJson file)
    {
        CheckKeys(file, file.Root, prefix: "");
        foreach (string section in Sections)
        {
            if (file.Find(section, JsonValueKind.Object) is { } part)
            {
                CheckKeys(file, part, $"{section}.");
            }
        }

        bool isHuggingFace = file.String("model_type") is "vit" or "deit";
        return new CheckpointConfig
        {
            AttentionHeads = file.Integer(file.PathOf("num_heads", Places)) ?? file.Integer(file.PathOf("num_attention_heads", Places)),
            LayerNormEps = (float?)file.Number(file.PathOf("layer_norm_eps", Places), most: 1) ?? (isHuggingFace ? HuggingFaceEps : null),
            Mean = file.Array(file.PathOf("mean", Places), file.Single),
            Std = file.Array(file.PathOf("std", Places), file.Single),
            Interpolation = file.String(file.PathOf("interpolation", Places)),
            CropFraction = file.Number(file.PathOf("crop_pct", Places), most: 1),
            IsSquashed = file.String(file.PathOf("crop_mode", Places)) == "squash",
            InputSize = file.Array(file.PathOf("input_size", Places), file.Positive),
            LabelNames = Labels(file),
            Facts = _facts,
            Notes = [.. NotesOn(file, isHuggingFace)],
        };
    }

    private IEnumerable<string> NotesOn(ConfigJson file, bool isHuggingFace)
    {
        if (_unknown.Count > 0)
        {
            yield return $"{source} has keys that are not known here and were passed over: {string.Join(", ", _unknown)}.";
        }

        if (isHuggingFace && file.Find(file.PathOf("layer_norm_eps", Places), JsonValueKind.Number) is null)
        {
            yield return $"{source} has no layer_norm_eps: Hugging Face's own for such a network is taken, 1e-12.";
        }
    }

    /// <summary>Refuses values of a network that is not computed here, and gathers what is to be held against the tensors.</summary>
    private void CheckKeys(ConfigJson file, JsonElement section, string prefix)
    {
        foreach (var member in section.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            string path = $"{prefix}{member.Name}";
            if (ConfigKeys.Allowed(member.Name) is { } allowed)
            {
                RequireOneOf(file, path, member.Value, allowed);
            }
            else if (member.Name is "architecture" or "architectures")
            {
                RequireArchitecture(file, path, member.Value);
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

    private static void RequireOneOf(ConfigJson file, string path, JsonElement value, IReadOnlyList<string> allowed)
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
            throw file.Unexpected(path, value, $"{(allowed.Count == 0 ? "null" : string.Join(" or ", allowed))}: no other is supported");
        }
    }

    private static void RequireArchitecture(ConfigJson file, string path, JsonElement value)
    {
        var names = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        foreach (var name in names)
        {
            if (!ConfigKeys.IsArchitecture(file.Text(path, name)))
            {
                throw file.Unexpected(path, name, $"one of {ConfigKeys.ArchitectureNames}: no other family is supported");
            }
        }
    }

    private string[]? Labels(ConfigJson file)
    {
        string path = file.PathOf("label_names", Places);
        string[]? names = file.Array(path, file.Text), byId = LabelsById(file);
        return names is null || byId is null || names.SequenceEqual(byId)
            ? names ?? byId
            : throw file.Contradiction(path, string.Join(", ", names), "id2label", string.Join(", ", byId));
    }

    private string[]? LabelsById(ConfigJson file)
    {
        string key = file.PathOf("id2label", Places);
        if (file.Find(key, JsonValueKind.Object) is not { } labels)
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

            names[index] = file.Text($"{key}.{label.Name}", label.Value);
        }

        return names!;
    }
}
