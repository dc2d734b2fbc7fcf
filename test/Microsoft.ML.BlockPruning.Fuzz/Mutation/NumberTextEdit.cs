using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Puts another value in the place of a number in a text.</summary>
internal sealed partial class NumberTextEdit : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random) =>
        Edited(Encoding.Latin1.GetString(input), random) is { } text ? Encoding.Latin1.GetBytes(text) : null;

    /// <summary>The text with one or two numbers replaced; null where it has none.</summary>
    public static string? Edited(string text, Random random)
    {
        for (int edits = 1 + random.Next(2); edits > 0; edits--)
        {
            var numbers = Number().Matches(text);
            if (numbers.Count == 0)
            {
                return null;
            }

            var number = numbers[random.Next(numbers.Count)];
            text = string.Concat(text.AsSpan(0, number.Index), Interesting.Json(random), text.AsSpan(number.Index + number.Length));
        }

        return text;
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?([eE][-+]?\d+)?")]
    private static partial Regex Number();
}
