using System.Globalization;
using System.Text;

namespace SampleKit;

/// <summary>Shows what a terminal would obey, or hide, as <c>\u001b</c> and the like: names come from anybody's files.</summary>
/// <remarks>
/// Control characters (C0, C1, DEL), marks that change the direction of text, line and paragraph separators, halves of surrogate pairs.
/// The form is that of JSON, so that a line of JSON says the same before and after.
/// </remarks>
internal static class TerminalText
{
    /// <summary>Text of one or several lines: line ends stay.</summary>
    public static string Escape(string text) => Escape(text, keepsLines: true);

    /// <summary>Text of one line: line ends are escaped too.</summary>
    public static string EscapeLine(string text) => Escape(text, keepsLines: false);

    private static string Escape(string text, bool keepsLines)
    {
        int first = 0;
        while (first < text.Length && text[first] is >= ' ' and < '\x7f')
        {
            first++;
        }

        if (first == text.Length)
        {
            return text; // nearly all
        }

        var shown = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            char letter = text[i];
            if (char.IsHighSurrogate(letter) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shown.Append(letter).Append(text[++i]);
            }
            else if (keepsLines && (letter == '\n' || (letter == '\r' && i + 1 < text.Length && text[i + 1] == '\n')))
            {
                shown.Append(letter);
            }
            else if (char.IsControl(letter) || char.IsSurrogate(letter) || IsHidden(letter))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                shown.Append(letter);
            }
        }

        return shown.ToString();
    }

    // Arabic letter mark, left-to-right and right-to-left marks, separators, embeddings and overrides, isolates.
    private static bool IsHidden(char letter) =>
        letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
