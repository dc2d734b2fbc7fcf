using System.Globalization;
using System.Text;

namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>timm's order of class folders, its <c>natural_key</c>: lower-cased, and runs of digits compared as numbers.</summary>
/// <remarks>
/// <code>
/// key(name) = [int(part) if part is digits else part  for part in split(name.lower() by runs of digits)]
/// </code>
/// Parts are text and numbers by turns, the first is text. Names whose keys are equal (<c>a1</c>, <c>A01</c>) have no order: 0.
/// </remarks>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (PartsOf(x ?? ""), PartsOf(y ?? ""));
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            // Numbers stand without leading zeros, so that the longer one is the greater.
            int order = i % 2 == 1 && left[i].Length != right[i].Length
                ? left[i].Length.CompareTo(right[i].Length)
                : CodePointOrder.Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private static List<string> PartsOf(string name)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        bool inNumber = false;
        foreach (var rune in name.ToLowerInvariant().EnumerateRunes())
        {
            bool isDigit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
            if (isDigit != inNumber)
            {
                parts.Add(Close(part, inNumber));
                inNumber = isDigit;
            }

            _ = isDigit ? part.Append((int)Rune.GetNumericValue(rune)) : part.Append(rune.ToString());
        }

        parts.Add(Close(part, inNumber));
        if (inNumber)
        {
            parts.Add(""); // as re.split leaves it behind the last number
        }

        return parts;
    }

    private static string Close(StringBuilder part, bool isNumber)
    {
        string text = part.ToString();
        part.Clear();
        return isNumber ? text.TrimStart('0') : text;
    }
}
