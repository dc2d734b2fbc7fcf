using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Goes through every key of a <c>config.json</c>, so that none is passed over in silence.</summary>
/// <param name="file">The file.</param>
internal sealed class ConfigKeyCheck(ConfigJson file)
{
    private readonly List<ConfigFact> _facts = [];
    private readonly List<string> _unknown = [];

    /// <summary>What is to be held against the tensors.</summary>
    public IReadOnlyList<ConfigFact> Facts => _facts;

    /// <summary>Keys that nobody knows.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>Goes through a section.</summary>
    /// <param name="section">The object.</param>
    /// <param name="prefix">The keys around it, with the dot.</param>
    /// <exception cref="InvalidDataException">A key has a value of a network that is not computed here.</exception>
    public void Check(JsonElement section, string prefix)
    {
        foreach (var member in section.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            string path = $"{prefix}{member.Name}";
            if (ConfigKeys.Allowed(member.Name) is { } allowed)
            {
                RequireOneOf(path, member.Value, allowed);
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
            _facts.Add(new ConfigFact(file.Source, path, member.Value.Clone()));
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
            throw file.Unexpected(path, value, $"{(allowed.Count == 0 ? "null" : string.Join(" or ", allowed))}: no other is supported");
        }
    }
}
