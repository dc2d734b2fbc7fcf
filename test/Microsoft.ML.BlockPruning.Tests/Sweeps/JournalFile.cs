using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

/// <summary>A journal in a folder of its own that goes with the test.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    public string FilePath => Path.Combine(_folder.FullName, "sweep.jsonl");

    public TrialJournal Open(ResumeMode mode = ResumeMode.Resume) =>
        TrialJournal.Open(FilePath, SweepToys.Identity, SweepToys.Session, mode);

    public void Dispose() => _folder.Delete(recursive: true);
}
