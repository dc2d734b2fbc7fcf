using System.Text;

namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>Unicode's canonical forms: a name that one system writes in another way than the next is still the same name.</summary>
/// <remarks>
/// <c>string.Normalize</c> needs ICU: where InvariantGlobalization is set it gives every name back as it is, and says nothing. Unicode
/// Standard Annex 15; Hangul by rule (The Unicode Standard, 3.12). A lone surrogate stays as it is.
/// </remarks>
internal static class CanonicalForm
{
    // Below these nothing is decomposed, or composed, and no mark combines.
    private const char FirstWithParts = '\u00c0', FirstMark = '\u0300';

    private const int Syllables = 0xac00, Leading = 0x1100, Vowels = 0x1161, Trailing = 0x11a7;
    private const int VowelCount = 21, TrailingCount = 28, SyllableCount = 11172, LeadingCount = 19;

    /// <summary>Form C: composed, as Linux, Windows and most programs write.</summary>
    public static string C(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstMark - 1)) ? Text(Compose(Decompose(text))) : text;
    }

    /// <summary>Form D: decomposed, as macOS writes the names of files.</summary>
    public static string D(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstWithParts - 1)) ? Text(Decompose(text)) : text;
    }

    private static List<int> Decompose(string text)
    {
        var codes = new List<int>(text.Length * 2);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            AddParts(codes, isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i]);
        }

        Order(codes);
        return codes;
    }

    private static void AddParts(List<int> codes, int code)
    {
        int syllable = code - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            codes.Add(Leading + (syllable / (VowelCount * TrailingCount)));
            codes.Add(Vowels + (syllable % (VowelCount * TrailingCount) / TrailingCount));
            if (syllable % TrailingCount > 0)
            {
                codes.Add(Trailing + (syllable % TrailingCount));
            }
        }
        else if (CanonicalTable.Instance.PartsOf(code) is { } parts)
        {
            Array.ForEach(parts, part => AddParts(codes, part));
        }
        else
        {
            codes.Add(code);
        }
    }

    // Marks behind a character, by their class; those of one class keep their order.
    private static void Order(List<int> codes)
    {
        var table = CanonicalTable.Instance;
        for (int i = 1; i < codes.Count; i++)
        {
            int code = codes[i], combining = table.CombiningClassOf(code), place = i;
            for (; combining > 0 && place > 0 && table.CombiningClassOf(codes[place - 1]) > combining; place--)
            {
                codes[place] = codes[place - 1];
            }

            codes[place] = code;
        }
    }

    private static List<int> Compose(List<int> codes)
    {
        var table = CanonicalTable.Instance;
        var composed = new List<int>(codes.Count);
        int starter = -1, before = 0; // place of the last character that begins anew; class of the one before
        foreach (int code in codes)
        {
            int combining = table.CombiningClassOf(code);
            bool isNext = starter == composed.Count - 1;
            if (starter >= 0 && (isNext || before < combining) && WholeOf(composed[starter], code) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }

            starter = combining == 0 ? composed.Count : starter;
            before = combining;
            composed.Add(code);
        }

        return composed;
    }

    private static int? WholeOf(int first, int second)
    {
        int leading = first - Leading, vowel = second - Vowels, syllable = first - Syllables, trailing = second - Trailing;
        if (leading is >= 0 and < LeadingCount && vowel is >= 0 and < VowelCount)
        {
            return Syllables + (((leading * VowelCount) + vowel) * TrailingCount);
        }

        return syllable is >= 0 and < SyllableCount && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount
            ? first + trailing
            : CanonicalTable.Instance.WholeOf(first, second);
    }

    private static string Text(List<int> codes)
    {
        var text = new StringBuilder(codes.Count);
        foreach (int code in codes)
        {
            _ = code > char.MaxValue ? text.Append(char.ConvertFromUtf32(code)) : text.Append((char)code);
        }

        return text.ToString();
    }
}
