using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Holds what a <c>config.json</c> says of a ViT against its tensors: both must say the same.</summary>
internal static class ViTFacts
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

    /// <summary>Whether a fact says what the network is.</summary>
    /// <param name="fact">Of one of <see cref="ConfigKeys.Facts"/>.</param>
    /// <param name="config">What the tensors say.</param>
    public static bool Agrees(ConfigFact fact, ViTConfig config)
    {
        int[] expected = Known[fact.Key](config);
        double scale = fact.Key == "mlp_ratio" ? config.EmbedDim : 1;
        return fact.Value.ValueKind switch
        {
            JsonValueKind.Array => fact.Value.GetArrayLength() == expected.Length
                && expected.Zip(fact.Value.EnumerateArray()).All(pair => Is(pair.Second, pair.First, scale)),
            JsonValueKind.True or JsonValueKind.False => fact.Key == "distilled" && fact.Value.GetBoolean() == (expected[0] == 1),
            _ => fact.Key != "input_size" && Is(fact.Value, expected[0], scale),
        };
    }

    /// <summary>Holds a fact against the network.</summary>
    /// <param name="fact">Of one of <see cref="ConfigKeys.Facts"/>.</param>
    /// <param name="config">What the tensors say.</param>
    /// <exception cref="InvalidDataException">It says something else.</exception>
    public static void Require(ConfigFact fact, ViTConfig config)
    {
        if (!Agrees(fact, config))
        {
            string text = fact.Value.GetRawText();
            throw new InvalidDataException(
                $"{fact.Source}, key '{fact.Path}': found {(text.Length > 60 ? $"{text[..60]}…" : text)}, but "
                + $"{(fact.IsOfHeads ? "another key, or the convention, says" : "the tensors say")} "
                + $"{Expected(fact.Key, config)}{(fact.IsOfImage || fact.Key == "patch_size" ? $"; {Square}" : "")}. "
                + "Take the config.json that belongs to the network, or mend the key.");
        }
    }

    // timm takes the whole part of ratio · width.
    private static bool Is(JsonElement value, int expected, double scale) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        && (scale == 1 ? number : Math.Floor((number * scale) + 1e-6)) == expected;

    private static string Expected(string key, ViTConfig config) => (key, Known[key](config)) switch
    {
        ("mlp_ratio", _) => string.Create(CultureInfo.InvariantCulture, $"{(double)config.MlpDim / config.EmbedDim:R}"),
        ("distilled", _) => config.IsDistilled ? "true" : "false",
        (_, [var one]) => one.ToString(CultureInfo.InvariantCulture),
        (_, var all) => $"[{string.Join(", ", all)}]",
    };
}
