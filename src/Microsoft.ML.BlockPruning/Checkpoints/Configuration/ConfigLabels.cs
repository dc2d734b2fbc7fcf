using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The classes' names of a <c>config.json</c>: timm's <c>label_names</c> or Hugging Face's <c>id2label</c>.</summary>
/// <param name="Key">The key that has them, for messages.</param>
/// <param name="Names">In the order of the head's rows.</param>
internal sealed record ConfigLabels(string Key, IReadOnlyList<string> Names)
{
    /// <summary>Whether they are <c>LABEL_0</c>, <c>LABEL_1</c> …, Hugging Face's where nobody gave names.</summary>
    public bool AreNumbers => Names.Index().All(label => label.Item == string.Create(CultureInfo.InvariantCulture, $"LABEL_{label.Index}"));

    /// <summary>Reads them; null where there are none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="places">Its sections.</param>
    /// <exception cref="InvalidDataException">They are no names of classes, or both keys name other ones; names the key.</exception>
    public static ConfigLabels? Of(ConfigJson file, IReadOnlyList<string> places)
    {
        var names = Under(file, file.PathOf("label_names", places));
        var byId = Under(file, file.PathOf("id2label", places));
        return names is null || byId is null || byId.AreNumbers || names.Names.SequenceEqual(byId.Names)
            ? names ?? byId
            : throw file.Contradiction(names.Key, string.Join(", ", names.Names), byId.Key, string.Join(", ", byId.Names));
    }

    // Either key may hold a list, or an object from a class's number to its name.
    private static ConfigLabels? Under(ConfigJson file, string key) => file.TryFind(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } labels => new ConfigLabels(key, ById(file, key, labels)),
        _ => new ConfigLabels(key, file.Array(key, file.Text)!),
    };

    private static string[] ById(ConfigJson file, string key, JsonElement labels)
    {
        string?[] names = new string?[labels.EnumerateObject().Count()];
        foreach (var label in labels.EnumerateObject())
        {
            bool isIndex = int.TryParse(label.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < names.Length;
            if (!isIndex || names[index] is not null)
            {
                throw new InvalidDataException(
                    $"{file.Source}, key '{key}': found the entry '{label.Name}', expected each of 0 to {names.Length - 1} once.");
            }

            names[index] = file.Text($"{key}.{label.Name}", label.Value);
        }

        return names!;
    }
}
