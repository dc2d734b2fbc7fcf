using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A module's kernels, each decoded when it is first asked for. Reads what LLVM writes: an instruction a line.</summary>
internal sealed partial class PtxModule
{
    private readonly Dictionary<string, PtxEntry> _decoded = [];
    private readonly Dictionary<string, string> _bodies = [];
    private readonly Dictionary<string, (int Bytes, int Threads)> _heads = [];

    public PtxModule(string text)
    {
        foreach (Match entry in Entry().Matches(text))
        {
            string name = entry.Groups["name"].Value;
            _bodies.Add(name, entry.Groups["body"].Value);
            _heads.Add(name, (Number(entry, "bytes"), Number(entry, "threads")));
        }

        if (_bodies.Count == 0)
        {
            throw new PtxFault(PtxFaultKind.Unknown, "The module has no kernel that can be read.");
        }
    }

    public IReadOnlyCollection<string> Names => _bodies.Keys;

    /// <summary>The kernel of a name, or null.</summary>
    public PtxEntry? Find(string name)
    {
        if (!_decoded.TryGetValue(name, out var entry) && _bodies.TryGetValue(name, out string? body))
        {
            entry = new PtxDecoder().Decode(name, _heads[name].Bytes, _heads[name].Threads, body);
            _decoded.Add(name, entry);
        }

        return entry;
    }

    private static int Number(Match entry, string group) => int.Parse(entry.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\.entry (?<name>\w+)\(\s*\.param \.align 8 \.b8 \w+\[(?<bytes>\d+)\]\s*\)\s*\.maxntid (?<threads>\d+), 1, 1\s*"
        + @"(\.minnctapersm \d+\s*)?\{(?<body>.*?)^\}",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Entry();
}
