using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.BlockPruning.Networks.Names;

/// <summary>What Unicode's canonical forms are made by: parts of characters, and the classes by which marks are put in order.</summary>
/// <remarks>Read once, when the first name with a character beyond Latin-1 is met. Made by <c>eng/make-canonical-table.py</c>.</remarks>
internal sealed class CanonicalTable
{
    private const string Resource = "canonical.txt";
    private static readonly Lazy<CanonicalTable> Made = new(() => new CanonicalTable());

    private readonly Dictionary<int, int[]> _parts = [];
    private readonly Dictionary<(int First, int Second), int> _wholes = [];
    private readonly Dictionary<int, byte> _combining = [];

    private CanonicalTable()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            if (fields[0] == "=")
            {
                AddParts(Hex(fields[1]), fields[2..]);
            }
            else if (fields[0] == ":")
            {
                for (int code = Hex(fields[2]); code <= Hex(fields[3]); code++)
                {
                    _combining[code] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                }
            }
        }
    }

    public static CanonicalTable Instance => Made.Value;

    /// <summary>One or two characters that are the same as this one; null where it has no parts.</summary>
    public int[]? PartsOf(int code) => _parts.GetValueOrDefault(code);

    /// <summary>The character that two make; null where they make none.</summary>
    public int? WholeOf(int first, int second) => _wholes.TryGetValue((first, second), out int whole) ? whole : null;

    /// <summary>Canonical combining class; 0: a character that begins anew.</summary>
    public int CombiningClassOf(int code) => _combining.GetValueOrDefault(code);

    private void AddParts(int code, string[] fields)
    {
        bool isExcluded = fields[^1] == "!";
        int[] parts = [.. fields.SkipLast(isExcluded ? 1 : 0).Select(Hex)];
        _parts.Add(code, parts);
        if (!isExcluded)
        {
            _wholes.Add((parts[0], parts[1]), code);
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
