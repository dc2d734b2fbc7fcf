using System.Reflection;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Sweeping;

/// <summary>One run of a sweep: reads the images, opens the journal, hands over to the runner.</summary>
internal sealed class SweepRun
{
    private readonly IHost _host;
    private readonly InputRequest _input;
    private readonly PruneRequest _shared;
    private readonly SweepSetup _setup;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Checks all that needs no data.</summary>
    /// <param name="host">Has the seed, the GPU and the log.</param>
    /// <param name="input">What to read; the images that trials are judged on are its validation set.</param>
    /// <param name="shared">What all trials share; its refit is the final one, its budget says what is counted.</param>
    /// <param name="setup">The space and how to go through it.</param>
    /// <param name="cancellationToken">Ends the run within one batch.</param>
    /// <exception cref="ArgumentException">Choices contradict each other.</exception>
    public SweepRun(IHost host, InputRequest input, PruneRequest shared, SweepSetup setup, CancellationToken cancellationToken)
    {
        _host = host;
        _input = input;
        _shared = setup.Workers is { } workers ? OnWorkers(shared, workers) : shared;
        _setup = setup;
        _cancellationToken = cancellationToken;
        foreach (var criterion in setup.Space.Criteria)
        {
            _ = new PruneRun(shared with { Criterion = criterion });
        }

        foreach (var refit in setup.Space.Refits)
        {
            _ = new PruneRun(shared with { Refit = refit });
        }

        if (shared.FineTuning is not null && setup.Space.FineTuneEpochs.All(epochs => epochs == 0))
        {
            throw new ArgumentException(
                "FineTuning is given, but no trial fine-tunes: name the epochs in the search space's FineTuneEpochs, or leave it null.");
        }
    }

    // libtorch's sums depend on its threads in their last bits. With one, whatever the workers, the trials of a sweep are the same.
    private static PruneRequest OnWorkers(PruneRequest shared, int workers) => workers > 1 && shared.Budget.Latency is not null
        ? throw new ArgumentException(
            $"A budget of latency goes by the clock, which {workers} workers side by side disturb: leave SetWorkers at 1, or take another "
            + "budget.")
        : shared with { NumberOfThreads = Math.Max(1, shared.Threads / workers), NumberOfTorchThreads = 1 };

    /// <summary>Runs.</summary>
    /// <param name="train">What pruning sees, or the images of all folds.</param>
    /// <param name="device">What the caller asked to train on; null: what the context says. Elsewhere it is the CPU.</param>
    /// <param name="onProgress">Called from this thread.</param>
    public SweepFindings Run(IDataView train, ScoringDevice? device, Action<SweepProgress> onProgress)
    {
        using var channel = _host.Start("Sweep");
        if (_setup.Elsewhere is null)
        {
            LibTorch.EnsureLoaded();
        }

        using var on = DeviceOf(device).Use();

        var images = new SweepImages(
            _host, _input, _shared.Threads, new PruneProgressRelay(_host, channel, progress: null, _cancellationToken));
        var (subjects, whole) = _setup.Folds is { } folds ? images.ReadFolds(train, folds) : images.ReadSplit(train);
        var session = JournalSession.Current(CpuKernels.Selected.Name) with { Workers = _setup.Workers };
        var header = JournalHeader.Of(subjects[0].IdentityWith(Method, Library), session);
        using var journal = _setup.JournalPath is null
            ? null : TrialJournal.Open(_setup.JournalPath, header.Identity, header.Session, _setup.ResumeMode);
        using var workers = WorkersOf(TeamOf(subjects));
        double denseTop1 = workers.DenseTop1;
        var dense = DenseReference.Of(subjects, denseTop1, journal);
        void Report(SweepProgress step)
        {
            MlNetHost.ThrowIfCancelled(_host);
            onProgress(step);
        }

        var limits = _setup.Limits with { FinalRefit = _shared.Refit };
        var outcome = new SweepRunner(_setup.Space, _setup.Tuner, workers, journal, limits, Report).Run(_cancellationToken);
        var report = JournalReport.Of(
            outcome.Results, outcome.Final, [dense], limits.MaximumDrop, [header],
            [.. subjects[0].Dense.Notes, .. journal?.Notes ?? [], .. NotesOfData()]);
        return new SweepFindings(
            outcome, denseTop1, report, subjects[0].Facts,
            (judged, cancellationToken) => outcome.Models.GetValueOrDefault(judged.Trial)
                ?? Prune(whole(), judged, denseTop1, cancellationToken));
    }

    private IEnumerable<string> NotesOfData() => _setup.Folds is null
        ? []
        :
        [
            "Trials were judged on the calibration images, in folds: if the network was trained on those, it answers them better than new "
            + "ones.",
        ];

    private static string Library => typeof(SweepRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    // Children prune on the CPU, whatever is asked for: several processes on one GPU would fight for its memory.
    private TorchDevice DeviceOf(ScoringDevice? device) => _setup.Elsewhere is not null
        ? TorchDevice.Cpu
        : TrainingDevices.Choose(_host, device, NvidiaDriver.TryLoad, LibTorch.CudaRefusal);

    private string Method => _setup.Folds is { } folds
        ? FormattableString.Invariant($"{MethodText.Of(_shared)}; {folds} folds")
        : MethodText.Of(_shared);

    private ITrialWorkers WorkersOf(TrialTeam team) => _setup.Workers is null ? new OneWorker(team.Members[0]) : new SideBySide(team);

    private TrialTeam TeamOf(IReadOnlyList<SweepSubject> subjects) => subjects is [var only]
        ? TeamOf(only)
        : TrialTeam.OfFolds([.. subjects.Select(subject => (TeamOf(subject), subject.Validation.Count))]);

    private TrialTeam TeamOf(SweepSubject subject)
    {
        if (_setup.Elsewhere is { } create)
        {
            return create(subject, _shared);
        }

        var local = new LocalExecutor(subject, _shared, _cancellationToken);
        if (_setup.MemoryLimit is not { } limit)
        {
            return TrialTeam.Of(local);
        }

        var guard = new MemoryGuard(
            local, TrialMemory.LeastBytes(subject.Dense.Spec, subject.Calibration.Count), limit, () => Environment.WorkingSet);
        guard.Check();
        return TrialTeam.Of(guard);
    }

    private TrialModel Prune(SweepSubject subject, TrialResult judged, double denseTop1, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoaded();
        return new LocalExecutor(subject, _shared, cancellationToken).Prune(judged, denseTop1, cancellationToken);
    }
}
