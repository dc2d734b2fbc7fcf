using System.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>Names and messages come from anybody's files: what a terminal would obey or a reader not see is replaced by U+FFFD.</summary>
internal static class VisibleText
{
    /// <summary>The text without control characters but tabs and line ends, marks of direction and halves of surrogate pairs.</summary>
    public static string Of(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            visible.Append(IsVisible(rune) ? rune.ToString() : "\ufffd");
        }

        return visible.ToString();
    }

    // Arabic letter mark, left-to-right and right-to-left marks, separators, embeddings and overrides, isolates; what XML lacks.
    private static bool IsVisible(Rune rune) => rune.Value is '\t' or '\n' or '\r'
        || (!Rune.IsControl(rune) && rune.Value is not (0x061c or 0x200e or 0x200f or (>= 0x2028 and <= 0x202e)
            or (>= 0x2066 and <= 0x2069) or 0xfffe or 0xffff));
}
