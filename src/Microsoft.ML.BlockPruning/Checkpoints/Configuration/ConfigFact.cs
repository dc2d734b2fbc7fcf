using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>A number of a <c>config.json</c> that the tensors tell too: both must say the same.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Path">The key with those around it, such as <c>model_args.depth</c>.</param>
/// <param name="Value">What it holds; outlives its document.</param>
internal sealed record ConfigFact(string Source, string Path, JsonElement Value)
{
    private const string Square = "images and patches that are not square are not supported";

    // Per key what the tensors say, as whole numbers. A single number may stand for both sides.
    private static readonly Dictionary<string, Func<ViTConfig, int[]>> Known = new(StringComparer.Ordinal)
    {
        ["num_classes"] = config => [config.NumClasses],
        ["num_labels"] = config => [config.NumClasses],
        ["embed_dim"] = config => [config.EmbedDim],
        ["hidden_size"] = config => [config.EmbedDim],
        ["depth"] = config => [config.Depth],
        ["num_hidden_layers"] = config => [config.Depth],
        ["num_heads"] = config => [config.NumHeads],
        ["num_attention_heads"] = config => [config.NumHeads],
        ["intermediate_size"] = config => [config.MlpDim],
        ["in_chans"] = config => [config.Channels],
        ["num_channels"] = config => [config.Channels],
        ["patch_size"] = config => [config.PatchSize, config.PatchSize],
        ["img_size"] = config => [config.ImageSize, config.ImageSize],
        ["image_size"] = config => [config.ImageSize, config.ImageSize],
        ["input_size"] = config => [config.Channels, config.ImageSize, config.ImageSize],
        ["mlp_ratio"] = config => [config.MlpDim],
        ["distilled"] = config => [config.IsDistilled ? 1 : 0],
    };

    /// <summary>The last part of the path.</summary>
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Whether it says how many attention heads there are, which tensors do not tell.</summary>
    public bool IsOfHeads => Key is "num_heads" or "num_attention_heads";

    /// <summary>Whether it says how large an image is.</summary>
    public bool IsOfImage => Key is "img_size" or "image_size" or "input_size";

    /// <summary>Whether a key is of this kind.</summary>
    public static bool IsKnown(string key) => Known.ContainsKey(key);

    /// <summary>Whether it says what the network is.</summary>
    /// <param name="config">What the tensors say.</param>
    public bool Agrees(ViTConfig config)
    {
        int[] expected = Known[Key](config);
        double scale = Key == "mlp_ratio" ? config.EmbedDim : 1;
        return Value.ValueKind switch
        {
            JsonValueKind.Array => Value.GetArrayLength() == expected.Length
                && expected.Zip(Value.EnumerateArray()).All(pair => Is(pair.Second, pair.First, scale)),
            JsonValueKind.True or JsonValueKind.False => Key == "distilled" && Value.GetBoolean() == (expected[0] == 1),
            _ => Key != "input_size" && Is(Value, expected[0], scale),
        };
    }

    /// <summary>Holds it against the network.</summary>
    /// <param name="config">What the tensors say.</param>
    /// <exception cref="InvalidDataException">It says something else.</exception>
    public void Require(ViTConfig config)
    {
        if (!Agrees(config))
        {
            string text = Value.GetRawText();
            throw new InvalidDataException(
                $"{Source}, key '{Path}': found {(text.Length > 60 ? $"{text[..60]}…" : text)}, but "
                + $"{(IsOfHeads ? "another key, or the convention, says" : "the tensors say")} "
                + $"{Expected(config, Known[Key](config))}{(IsOfImage || Key == "patch_size" ? $"; {Square}" : "")}. "
                + "Take the config.json that belongs to the network, or mend the key.");
        }
    }

    // timm takes the whole part of ratio · width.
    private static bool Is(JsonElement value, int expected, double scale) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        && (scale == 1 ? number : Math.Floor((number * scale) + 1e-6)) == expected;

    private string Expected(ViTConfig config, int[] expected) => Key switch
    {
        "mlp_ratio" => string.Create(CultureInfo.InvariantCulture, $"{(double)config.MlpDim / config.EmbedDim:R}"),
        "distilled" => config.IsDistilled ? "true" : "false",
        _ when expected.Length == 1 => expected[0].ToString(CultureInfo.InvariantCulture),
        _ => $"[{string.Join(", ", expected)}]",
    };
}
