using System.Text.RegularExpressions;

namespace BlockPrune.Cli;

/// <summary>Explains a number that was written with a decimal comma, as half of the world does.</summary>
internal static partial class DecimalComma
{
    /// <summary>The question, with a space before it; nothing where points in place of the commas would not make it right either.</summary>
    /// <param name="text">What was typed, such as <c>0,5</c> or <c>0,7,0,5</c>.</param>
    /// <param name="read">Reads one value.</param>
    public static string Ask<T>(string text, Func<string, T> read)
    {
        if (!Numbers().IsMatch(text))
        {
            return "";
        }

        string meant = Pair().Replace(text, "$1.$2");
        try
        {
            _ = meant.Split(',').Select(read).Count(_ => true);
            return $" A decimal point is a point here, a comma parts the values of a list: did you mean {meant}?";
        }
        catch (FormatException)
        {
            return "";
        }
    }

    // As many commas as make whole numbers with one each.
    [GeneratedRegex(@"^\s*\d+,\d+(,\d+,\d+)*\s*$")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"(\d+),(\d+)")]
    private static partial Regex Pair();
}
