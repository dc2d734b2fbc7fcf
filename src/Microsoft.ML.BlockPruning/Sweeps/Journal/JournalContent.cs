using System.Text;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

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
    private const int ShownBytes = 200;

    private static readonly byte[] Start = Encoding.UTF8.GetBytes($$"""{"journal":"{{JournalHeader.Mark}}",""");

    /// <summary>What the trials are compared with; of a name that stands there twice the last.</summary>
    public IReadOnlyList<ReferencePoint> References { get; private init; } = [];

    /// <summary>Reads.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">No journal, of another version, or damaged in a line, which the message names.</exception>
    public static JournalContent Read(byte[] bytes, string path)
    {
        RequireJournal(bytes, path);
        int whole = bytes.AsSpan().LastIndexOf(LineEnd) + 1;
        var headers = new List<JournalHeader>();
        var trials = new Dictionary<Trial, TrialResult>();
        var finals = new Dictionary<Trial, TrialResult>();
        var references = new Dictionary<string, ReferencePoint>(StringComparer.Ordinal);
        foreach (var (number, text) in JsonLines.Of(bytes.AsMemory(0, whole)))
        {
            try
            {
                var line = SweepJson.Parse(text);
                CheckVersion(line, path);
                if (JournalLine.TryReadHeader(line) is { } header)
                {
                    headers.Add(header);
                }
                else if (JournalLine.TryReadReference(line) is { } reference)
                {
                    references[reference.Name] = reference;
                }
                else
                {
                    var (result, isFinal) = JournalLine.ReadTrial(line);
                    (isFinal ? finals : trials)[result.Trial] = result;
                }
            }
            catch (JsonException error)
            {
                throw new InvalidDataException(
                    $"Line {number} of the journal '{path}' is damaged: {error.Message.TrimEnd('.')}. Nothing was changed; mend or "
                    + "remove the line, "
                    + "or begin anew with restart.",
                    error);
            }
        }

        return new JournalContent(headers, trials, finals, whole, CutOffOf(bytes.AsSpan(whole)))
        {
            References = [.. references.Values],
        };
    }

    /// <summary>Refuses a file whose first line is not that of a journal, whole or cut off; an empty one may become one.</summary>
    /// <exception cref="InvalidDataException">It is another file.</exception>
    public static void RequireJournal(byte[] bytes, string path)
    {
        bool hasEnd = bytes.AsSpan().Contains(LineEnd);
        foreach (var (_, line) in JsonLines.Of(bytes).Take(1))
        {
            if (!BeginsJournal(line, hasEnd))
            {
                throw new InvalidDataException($"'{path}' is no journal of a sweep, and it was not changed: take another file.");
            }
        }
    }

    private static string? CutOffOf(ReadOnlySpan<byte> rest) =>
        rest.Length == 0 ? null : Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, ShownBytes)]);

    private static void CheckVersion(JsonElement line, string path)
    {
        if (JournalLine.TryReadVersion(line) is { } version && version != JournalHeader.CurrentVersion)
        {
            throw new InvalidDataException(
                $"The journal '{path}' is of version {version}, this library writes version {JournalHeader.CurrentVersion}: "
                + "take another file.");
        }
    }

    private static bool BeginsJournal(ReadOnlyMemory<byte> line, bool isWhole)
    {
        int shared = Math.Min(Start.Length, line.Length);
        if (line.Span[..shared].SequenceEqual(Start.AsSpan(0, shared)) && (!isWhole || shared == Start.Length))
        {
            return true;
        }

        try
        {
            return isWhole && SweepJson.Parse(line) is { ValueKind: JsonValueKind.Object } content
                && content.TryGetProperty("journal", out var mark) && mark.ValueKind == JsonValueKind.String
                && mark.ValueEquals(JournalHeader.Mark);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
