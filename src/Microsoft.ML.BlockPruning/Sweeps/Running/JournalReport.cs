using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>Makes the report of a sweep out of its journal.</summary>
internal static class JournalReport
{
    // Shorter names of networks and image sets that are still told apart.
    private const int ShownDigits = 12;

    /// <summary>Reads.</summary>
    /// <param name="path">The file; another process may be writing to it.</param>
    /// <param name="maximumDrop">Fraction of the images, in [0, 1].</param>
    public static SweepReport Read(string path, double maximumDrop)
    {
        AccuracyLimit.Check(maximumDrop);
        var content = JournalContent.Read(JsonLines.ReadFile(path, FileShare.ReadWrite), path);
        if (content.Trials.Count == 0)
        {
            throw new InvalidDataException($"The journal '{path}' has no finished trial yet: let the sweep go on, then report.");
        }

        string[] notes = content.CutOff is null
            ? [] : ["The journal's last line is half-written, as a killed sweep leaves it; it is not counted."];
        TrialResult[] trials = [.. content.Trials.Values];
        var recommended = Recommendation.Of(trials, DenseTop1(content.References), maximumDrop);
        var final = content.Finals.Values.LastOrDefault(
            result => recommended is not null && result.Trial with { Refit = recommended.Refit } == recommended.Trial);
        return Of(trials, final, content.References, maximumDrop, content.Headers, notes);
    }

    /// <summary>The report of what a journal would hold.</summary>
    /// <param name="trials">In the order in which they were finished.</param>
    /// <param name="final">The recommended one with the final refit; null where it was not run.</param>
    /// <param name="references">What they are compared with.</param>
    /// <param name="maximumDrop">Fraction of the images, in [0, 1].</param>
    /// <param name="headers">One for each run.</param>
    /// <param name="notes">What a reader should know besides.</param>
    public static SweepReport Of(
        IReadOnlyList<TrialResult> trials, TrialResult? final, IReadOnlyList<ReferencePoint> references, double maximumDrop,
        IReadOnlyList<JournalHeader> headers, IReadOnlyList<string> notes) =>
        new()
        {
            Trials = trials,
            Recommended = Recommendation.Of(trials, DenseTop1(references), maximumDrop),
            Final = final,
            References = references,
            MaximumDrop = maximumDrop,
            Origin = [.. OriginOf(headers)],
            Notes =
            [
                .. notes, .. NotesOf(headers),
                .. SweepWarnings.Of(RecommendedOf(trials, final, references, maximumDrop), DenseOf(references)?.Images),
            ],
        };

    private static TrialResult? RecommendedOf(
        IReadOnlyCollection<TrialResult> trials, TrialResult? final, IReadOnlyList<ReferencePoint> references, double maximumDrop) =>
        final is { IsCompleted: true } ? final : Recommendation.Of(trials, DenseTop1(references), maximumDrop);

    private static ReferencePoint? DenseOf(IReadOnlyList<ReferencePoint> references) => references.FirstOrDefault(point => point.IsDense);

    // Without the dense network nothing is within the limit, and the most accurate trial is the one to take.
    private static double DenseTop1(IReadOnlyList<ReferencePoint> references) =>
        DenseOf(references)?.Top1 ?? double.PositiveInfinity;

    private static IEnumerable<string> NotesOf(IReadOnlyList<JournalHeader> headers) =>
        headers.Max(header => header.Session.Workers) is > 1 and var workers
            ? [
                FormattableString.Invariant($"Up to {workers} trials ran side by side, so that their milliseconds were taken while others ")
                + "ran: compare them with each other, not with other sweeps.",
            ]
            : [];

    private static IEnumerable<string> OriginOf(IReadOnlyList<JournalHeader> headers)
    {
        if (headers is not [var first, ..])
        {
            yield break;
        }

        var identity = first.Identity;
        yield return $"Network {Short(identity.Model)}…, images {Short(identity.Data)}… (SHA-256).";
        yield return FormattableString.Invariant($"Method: {identity.Method}; seed {identity.Seed}.");
        foreach (var session in headers.Select(header => header.Session))
        {
            yield return FormattableString.Invariant($"Run: {session}; {session.Os}, {session.Architecture}, ")
                + FormattableString.Invariant($"{session.Processors} processors, kernel {session.Kernel}; ")
                + $"library {identity.Library}, TorchSharp {session.TorchSharp}, {session.Runtime}.";
        }
    }

    private static string Short(string hash) => hash.Length > ShownDigits ? hash[..ShownDigits] : hash;
}
