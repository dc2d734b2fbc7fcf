using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Holds what a <c>config.json</c> says against the tensors of a family's network: both must say the same.</summary>
/// <param name="numbers">Per key what the tensors say, as whole numbers. A single number may stand for both sides.</param>
/// <param name="parts">Per key whether the tensors have what it says; null where they cannot tell.</param>
/// <param name="width">Features of a token, which <c>mlp_ratio</c> is a ratio to.</param>
internal sealed class FactTable<TFigures>(
    Dictionary<string, Func<TFigures, int[]>> numbers, Dictionary<string, Func<TFigures, bool?>> parts, Func<TFigures, int> width)
{
    private const string Square = "images and patches that are not square are not supported";
    private const string Ratio = "mlp_ratio";

    /// <summary>Whether the family has such a key.</summary>
    public bool Knows(ConfigFact fact) => parts.ContainsKey(fact.Key) || numbers.ContainsKey(fact.Key);

    /// <summary>Whether a fact says what the network is.</summary>
    /// <param name="fact">One that the family knows.</param>
    /// <param name="its">What the tensors say.</param>
    public bool Agrees(ConfigFact fact, TFigures its)
    {
        if (parts.TryGetValue(fact.Key, out var part))
        {
            return part(its) is not { } has || Is(fact.Value, has);
        }

        int[] expected = numbers[fact.Key](its);
        double scale = fact.Key == Ratio ? width(its) : 1;
        return fact.Value.ValueKind == JsonValueKind.Array
            ? fact.Value.GetArrayLength() == expected.Length
                && expected.Zip(fact.Value.EnumerateArray()).All(pair => Is(pair.Second, pair.First, scale))
            : Array.TrueForAll(expected, number => number == expected[0]) && Is(fact.Value, expected[0], scale);
    }

    /// <summary>Holds a fact against the network.</summary>
    /// <param name="fact">One that the family knows.</param>
    /// <param name="its">What the tensors say.</param>
    /// <exception cref="InvalidDataException">It says something else.</exception>
    public void Require(ConfigFact fact, TFigures its)
    {
        if (!Agrees(fact, its))
        {
            string text = fact.Value.GetRawText();
            bool isAssumed = fact.IsOfHeads && fact.Value.ValueKind != JsonValueKind.Array; // a list is of stages, whose tables tell it
            throw new InvalidDataException(
                $"{fact.Source}, key '{fact.Path}': found {(text.Length > 60 ? $"{text[..60]}…" : text)}, but "
                + $"{(isAssumed ? "another key, or the convention, says" : "the tensors say")} "
                + $"{Expected(fact.Key, its)}{(fact.IsOfImage || fact.Key == "patch_size" ? $"; {Square}" : "")}. "
                + "Take the config.json that belongs to the network, or mend the key.");
        }
    }

    // timm takes the whole part of ratio · width; a whole number may also be a ratio whose fraction was cut off.
    private static bool Is(JsonElement value, int expected, double scale) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        && (scale == 1
            ? number == expected
            : Math.Floor((number * scale) + 1e-6) == expected || number == Math.Floor(expected / scale));

    // LayerScale's key holds the number it began with, others true or false.
    private static bool Is(JsonElement value, bool expected) => value.ValueKind switch
    {
        JsonValueKind.True => expected,
        JsonValueKind.False => !expected,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number >= 0 && number > 0 == expected,
        _ => false,
    };

    private string Expected(string key, TFigures its)
    {
        if (parts.TryGetValue(key, out var part))
        {
            bool has = part(its) == true;
            return key.StartsWith("init", StringComparison.Ordinal) || key.StartsWith("layer", StringComparison.Ordinal)
                ? has ? "that there is LayerScale" : "0, no LayerScale"
                : has ? "true" : "false";
        }

        return (key, numbers[key](its)) switch
        {
            (Ratio, [var hidden]) => string.Create(CultureInfo.InvariantCulture, $"{(double)hidden / width(its):R}"),
            (_, [var one]) => one.ToString(CultureInfo.InvariantCulture),
            (_, var all) => $"[{string.Join(", ", all)}]",
        };
    }
}
