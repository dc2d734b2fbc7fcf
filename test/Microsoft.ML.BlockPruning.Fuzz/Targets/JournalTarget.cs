using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A sweep's journal: reported on, and gone on with.</summary>
internal sealed class JournalTarget : IFuzzTarget
{
    private static readonly SweepIdentity Identity = new("ab", "cd", "m", 1, "0.1.0");
    private readonly ScratchFile _file = new("sweep.jsonl");

    public string Name => "journal";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonLinesEdit(), new JsonLinesEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = ["journals/*.jsonl"];

    public IEnumerable<byte[]> Seeds() => []; // the corpus has one of every kind of line

    public void Read(byte[] content)
    {
        string path = _file.With(content);
        InvalidDataException? refused = null;
        try
        {
            var report = SweepJournal.ReadReport(path);
            Sound.Must("make a page", report.ToHtml);
            Sound.Must("make Markdown", () => report.ToMarkdown());
            Sound.Must("make plots", () => report.ToPlots());
        }
        catch (InvalidDataException error)
        {
            refused = error; // a journal without a trial has no report, and can be gone on with all the same
        }

        GoOn(path);
        if (refused is not null)
        {
            throw refused;
        }
    }

    private static void GoOn(string path)
    {
        var trial = new TrialResult
        {
            Keep = 0.125,
            Block = new(16, 16),
            Criterion = PruneCriterion.ObsPath,
            Refit = PruneRefit.None,
            Status = TrialStatus.Failed,
            Seconds = 1,
            Error = "fuzz",
        };
        using (var journal = TrialJournal.Open(path, Identity, JournalSession.Current("portable"), ResumeMode.Resume))
        {
            Sound.Must("take a trial", () => journal.Append(trial));
        }

        Sound.Must(
            "load again", () => TrialJournal.Open(path, Identity, JournalSession.Current("portable"), ResumeMode.RetryErrored).Dispose());
    }
}
