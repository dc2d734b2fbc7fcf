using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>A journal that is begun anew and then filled: it is the old one whole, or the head and some trials of the new one.</summary>
internal sealed class JournalCase() : SaveCase(Is, "sweep.jsonl")
{
    public const string Is = "journal";

    private const int Trials = 4;

    private static readonly JournalSession Session = JournalSession.Current("portable") with
    {
        Process = 1,
        Started = new DateTimeOffset(2026, 11, 30, 0, 0, 0, TimeSpan.Zero),
    };

    public override IReadOnlyList<string> Companions => [FileName + ".lock"];

    public override void Write(string path, int version)
    {
        var identity = new SweepIdentity($"network {version}", "images", "method", version, "0.1.0");
        using var journal = TrialJournal.Open(path, identity, Session, ResumeMode.Restart);
        for (int trial = 1; trial <= Trials; trial++)
        {
            journal.Append(new TrialResult
            {
                Keep = trial / 10.0,
                Block = new BlockShape(16, 16),
                Criterion = PruneCriterion.ObsPath,
                Refit = PruneRefit.Feedback,
                Status = TrialStatus.Completed,
                Top1 = 1.0 / (3 + version),
                Kl = 0.1,
                MultiplyAdds = 1000 * trial,
                Bytes = 100,
                Milliseconds = 1,
                Seconds = 2,
            });
        }
    }

    public override bool Holds(string path, string reference, bool isBeingWritten)
    {
        Parse(path);
        byte[] found = File.ReadAllBytes(path), expected = File.ReadAllBytes(reference);
        int head = expected.AsSpan().IndexOf((byte)'\n') + 1;
        return isBeingWritten
            ? found.Length >= head && expected.AsSpan().StartsWith(found)
            : found.AsSpan().SequenceEqual(expected);
    }

    public override void Dispose()
    {
    }

    protected override void Parse(string path) => JournalContent.Read(File.ReadAllBytes(path), path);
}
