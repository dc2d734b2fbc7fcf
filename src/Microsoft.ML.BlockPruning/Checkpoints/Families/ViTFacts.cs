using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Holds what a <c>config.json</c> says of a ViT against its tensors: both must say the same.</summary>
internal static class ViTFacts
{
    private const string Square = "images and patches that are not square are not supported";

    // Per key what the tensors say, as whole numbers. A single number may stand for both sides.
    private static readonly Dictionary<string, Func<ViTFigures, int[]>> Numbers = new(StringComparer.Ordinal)
    {
        ["num_classes"] = its => [its.Config.NumClasses],
        ["num_labels"] = its => [its.Config.NumClasses],
        ["embed_dim"] = its => [its.Config.EmbedDim],
        ["hidden_size"] = its => [its.Config.EmbedDim],
        ["depth"] = its => [its.Config.Depth],
        ["num_hidden_layers"] = its => [its.Config.Depth],
        ["num_heads"] = its => [its.Config.NumHeads],
        ["num_attention_heads"] = its => [its.Config.NumHeads],
        ["intermediate_size"] = its => [its.Config.MlpDim],
        ["in_chans"] = its => [its.Config.Channels],
        ["num_channels"] = its => [its.Config.Channels],
        ["patch_size"] = its => [its.Config.PatchSize, its.Config.PatchSize],
        ["img_size"] = its => [its.TableSize, its.TableSize],
        ["image_size"] = its => [its.TableSize, its.TableSize],
        ["input_size"] = its => [its.Config.Channels, its.TableSize, its.TableSize],
        ["mlp_ratio"] = its => [its.Config.MlpDim],
        ["reg_tokens"] = its => [its.Parts.Registers],
        ["num_register_tokens"] = its => [its.Parts.Registers],
    };

    // Per key whether the tensors have what it says; null where they cannot tell.
    private static readonly Dictionary<string, Func<ViTFigures, bool?>> Parts = new(StringComparer.Ordinal)
    {
        ["distilled"] = its => its.Parts.HasDistillationToken,
        ["class_token"] = its => its.Parts.HasClassToken,
        ["qkv_bias"] = its => its.Parts.HasQkvBias,
        ["no_embed_class"] = its => its.Parts.PrefixTokens.Count == 0 ? null : its.Positions.Covered == 0,
        ["pre_norm"] = its => its.Parts.HasStemNorm,
        ["fc_norm"] = its => its.Parts.HasPooledNorm,
        ["final_norm"] = its => its.Parts.HasNorm || its.Parts.HasPooledNorm,
        ["init_values"] = its => its.Parts.HasLayerScale,
        ["layerscale_value"] = its => its.Parts.HasLayerScale,
        ["layer_scale_init_value"] = its => its.Parts.HasLayerScale,
    };

    /// <summary>Whether a fact says what the network is.</summary>
    /// <param name="fact">Of one of <see cref="ConfigKeys.Facts"/>.</param>
    /// <param name="its">What the tensors say.</param>
    public static bool Agrees(ConfigFact fact, ViTFigures its)
    {
        if (Parts.TryGetValue(fact.Key, out var part))
        {
            return part(its) is not { } has || Is(fact.Value, has);
        }

        int[] expected = Numbers[fact.Key](its);
        double scale = fact.Key == "mlp_ratio" ? its.Config.EmbedDim : 1;
        return fact.Value.ValueKind == JsonValueKind.Array
            ? fact.Value.GetArrayLength() == expected.Length
                && expected.Zip(fact.Value.EnumerateArray()).All(pair => Is(pair.Second, pair.First, scale))
            : fact.Key != "input_size" && Is(fact.Value, expected[0], scale);
    }

    /// <summary>Holds a fact against the network.</summary>
    /// <param name="fact">Of one of <see cref="ConfigKeys.Facts"/>.</param>
    /// <param name="its">What the tensors say.</param>
    /// <exception cref="InvalidDataException">It says something else.</exception>
    public static void Require(ConfigFact fact, ViTFigures its)
    {
        if (!Agrees(fact, its))
        {
            string text = fact.Value.GetRawText();
            throw new InvalidDataException(
                $"{fact.Source}, key '{fact.Path}': found {(text.Length > 60 ? $"{text[..60]}…" : text)}, but "
                + $"{(fact.IsOfHeads ? "another key, or the convention, says" : "the tensors say")} "
                + $"{Expected(fact.Key, its)}{(fact.IsOfImage || fact.Key == "patch_size" ? $"; {Square}" : "")}. "
                + "Take the config.json that belongs to the network, or mend the key.");
        }
    }

    // timm takes the whole part of ratio · width.
    private static bool Is(JsonElement value, int expected, double scale) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        && (scale == 1 ? number : Math.Floor((number * scale) + 1e-6)) == expected;

    // LayerScale's key holds the number it began with, others true or false.
    private static bool Is(JsonElement value, bool expected) => value.ValueKind switch
    {
        JsonValueKind.True => expected,
        JsonValueKind.False => !expected,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number >= 0 && number > 0 == expected,
        _ => false,
    };

    private static string Expected(string key, ViTFigures its)
    {
        if (Parts.TryGetValue(key, out var part))
        {
            bool has = part(its) == true;
            return key.StartsWith("init", StringComparison.Ordinal) || key.StartsWith("layer", StringComparison.Ordinal)
                ? has ? "that there is LayerScale" : "0, no LayerScale"
                : has ? "true" : "false";
        }

        return (key, Numbers[key](its)) switch
        {
            ("mlp_ratio", _) => string.Create(CultureInfo.InvariantCulture, $"{(double)its.Config.MlpDim / its.Config.EmbedDim:R}"),
            (_, [var one]) => one.ToString(CultureInfo.InvariantCulture),
            (_, var all) => $"[{string.Join(", ", all)}]",
        };
    }
}
