using Microsoft.ML.BlockPruning.Checkpoints.Configuration;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What a <c>config.json</c> may call networks of a family.</summary>
/// <param name="ModelTypes">Hugging Face's names.</param>
/// <param name="Begins">What Hugging Face's classes and timm's functions begin with.</param>
internal sealed record FamilyNames(IReadOnlyList<string> ModelTypes, IReadOnlyList<string> Begins)
{
    /// <summary>Holds a config.json against the family that the tensors are of.</summary>
    /// <exception cref="InvalidDataException">It names a network of another; names the key.</exception>
    public void Require(CheckpointConfig config)
    {
        if (config.ModelType is { } type && !ModelTypes.Contains(type))
        {
            throw Other(config, "model_type", type, string.Join(", ", ModelTypes.Select(name => $"\"{name}\"")));
        }

        string expected = string.Join(", ", Begins.Select(begin => $"{begin}…"));
        if (config.Architecture is { } architecture && !IsOurs(architecture))
        {
            throw Other(config, "architecture", architecture, expected);
        }

        if (config.Classes.FirstOrDefault(name => !IsOurs(name)) is { } other)
        {
            throw Other(config, "architectures", other, expected);
        }
    }

    private bool IsOurs(string name) => Begins.Any(begin => name.StartsWith(begin, StringComparison.Ordinal));

    private static InvalidDataException Other(CheckpointConfig config, string key, string found, string expected) => new(
        $"{config.Source}, key '{key}': found \"{(found.Length > 60 ? $"{found[..60]}…" : found)}\", expected one of {expected}: no other "
        + "family is supported with these tensors.");
}
