using System.Text;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a journal holds, read and checked.</summary>
/// <param name="Headers">One for each run, in order; empty in an empty file.</param>
/// <param name="Trials">The trials; of one that was tried again the last result.</param>
/// <param name="Finals">The trials that were run once more with the final refit; of each the last result.</param>
/// <param name="WholeBytes">Length of the whole lines; what comes after was cut off by a crash.</param>
/// <param name="CutOff">The half-written line after them, for people; null where there is none.</param>
internal sealed record JournalContent(
    IReadOnlyList<JournalHeader> Headers, IReadOnlyDictionary<Trial, TrialResult> Trials,
    IReadOnlyDictionary<Trial, TrialResult> Finals, long WholeBytes, string? CutOff)
{
    private const byte LineEnd = (byte)'\n';

    /// <summary>What the trials are compared with; of a name that stands there twice the last.</summary>
    public IReadOnlyList<ReferencePoint> References { get; private init; } = [];

    /// <summary>Reads.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">No journal, of another version, or damaged in a line, which the message names.</exception>
    public static JournalContent Read(ReadOnlySpan<byte> bytes, string path)
    {
        int whole = bytes.LastIndexOf(LineEnd) + 1;
        string cutOff = Encoding.UTF8.GetString(bytes[whole..]);
        string[] lines = Encoding.UTF8.GetString(bytes[..whole]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 && cutOff.Length > 0 && !LooksLikeHeader(cutOff))
        {
            throw NoJournal(path);
        }

        var headers = new List<JournalHeader>();
        var trials = new Dictionary<Trial, TrialResult>();
        var finals = new Dictionary<Trial, TrialResult>();
        var references = new Dictionary<string, ReferencePoint>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                if (JournalLine.TryReadHeader(lines[i]) is { } header)
                {
                    CheckVersion(header, path);
                    headers.Add(header);
                }
                else if (i == 0)
                {
                    throw NoJournal(path);
                }
                else if (JournalLine.TryReadReference(lines[i]) is { } reference)
                {
                    references[reference.Name] = reference;
                }
                else
                {
                    var (result, isFinal) = JournalLine.ReadTrial(lines[i]);
                    (isFinal ? finals : trials)[result.Trial] = result;
                }
            }
            catch (JsonException error)
            {
                throw i == 0 ? NoJournal(path) : new InvalidDataException(
                    $"Line {i + 1} of the journal '{path}' is damaged: {error.Message} Nothing was changed; mend or remove the line, "
                    + "or begin anew with restart.",
                    error);
            }
        }

        return new JournalContent(headers, trials, finals, whole, cutOff.Length > 0 ? cutOff : null)
        {
            References = [.. references.Values],
        };
    }

    private static void CheckVersion(JournalHeader header, string path)
    {
        if (header.Version != JournalHeader.CurrentVersion)
        {
            throw new InvalidDataException(
                $"The journal '{path}' is of version {header.Version}, this library writes version {JournalHeader.CurrentVersion}: "
                + "take another file.");
        }
    }

    private static bool LooksLikeHeader(string text)
    {
        const string start = $$"""{"journal":"{{JournalHeader.Mark}}",""";
        int shared = Math.Min(start.Length, text.Length);
        return text.AsSpan(0, shared).SequenceEqual(start.AsSpan(0, shared));
    }

    private static InvalidDataException NoJournal(string path) =>
        new($"'{path}' is no journal of a sweep, and it was not changed: take another file.");
}
