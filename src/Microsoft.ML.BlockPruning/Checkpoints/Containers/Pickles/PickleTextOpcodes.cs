using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>The opcodes of protocol 0, whose values are lines of text, and those of protocols 0 and 1 that make instances.</summary>
internal static partial class PickleTextOpcodes
{
    private const int LongestNumber = 320; // digits

    public static void AddTo(Action<PickleState>?[] table)
    {
        table['I'] = state => state.Push(Line(state) switch
        {
            "00" => false,
            "01" => true,
            var line => PickleNumber.Of(Whole(line)),
        });
        table['L'] = state => state.Push(PickleNumber.Of(Whole(Line(state).TrimEnd('L'))));
        table['F'] = state => state.Push(Real(Line(state)));
        table['S'] = state => state.Push(Plain(Unquoted(Line(state))));
        table['V'] = state => state.Push(Plain(Line(state)));
        table['p'] = state => state.Stack.Remember(Index(Line(state)));
        table['g'] = state => state.Stack.Recall(Index(Line(state)));
        table['P'] = state => state.PushPersistent(Line(state));
        table['i'] = state =>
        {
            state.PushName(Line(state), Line(state));
            object? name = state.Stack.Pop();
            state.Call(name, state.Stack.PopToMark());
        };
        table['o'] = state =>
        {
            object?[] items = state.Stack.PopToMark();
            state.Call(items.FirstOrDefault(), [.. items.Skip(1)]);
        };
    }

    private static string Line(PickleState state)
    {
        string line = state.Input.Line();
        state.Budget.Take(PickleBudget.Collection + (3L * line.Length));
        return line;
    }

    private static long Index(string line) =>
        PickleNumber.Of(Whole(line)) is long and >= 0 and var number ? (long)number : throw NoNumber();

    private static BigInteger Whole(string line) => line.Length <= LongestNumber
        && BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw NoNumber();

    private static double Real(string line) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw NoNumber();

    private static string Unquoted(string line) => line is ['\'' or '"', .., '\'' or '"'] && line[0] == line[^1]
        ? line[1..^1]
        : throw new FormatException("has a text without quotation marks");

    // Python's escapes, as far as names and keys have them; others stay as they are.
    private static string Plain(string text) => Escape().Replace(text, match => match.Value[1] switch
    {
        'u' or 'x' => ((char)ushort.Parse(match.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        _ => match.Value[1..],
    });

    [GeneratedRegex(@"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\\'""ntr])")]
    private static partial Regex Escape();

    private static FormatException NoNumber() => new("has a number that is none");
}
