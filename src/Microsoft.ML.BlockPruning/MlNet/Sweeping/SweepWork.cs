using System.Reflection;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Sweeping;

/// <summary>One run of a <see cref="SparsitySweep"/>: reads the images, opens the journal, hands over to the runner.</summary>
internal sealed class SweepWork
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly BlockPruneEstimator.Options _options;
    private readonly SweepSetup _setup;
    private readonly SweepSpace _space;
    private readonly SweepMethod _method;
    private readonly CancellationToken _cancellationToken;
    private NetworkFacts? _facts;

    /// <summary>Checks all that needs no data.</summary>
    /// <exception cref="ArgumentException">The space is empty or out of range, or choices contradict each other.</exception>
    public SweepWork(
        IHostEnvironment environment, BlockPruneEstimator.Options options, SweepSetup setup, CancellationToken cancellationToken)
    {
        _environment = environment;
        _host = environment.Register(nameof(SparsitySweep));
        _options = options;
        _setup = setup;
        _space = setup.Space.ToSpace();
        _method = SweepMethod.Of(options);
        _cancellationToken = cancellationToken;
        foreach (var criterion in setup.Space.Criterion)
        {
            var copy = options.Copy();
            copy.Criterion = criterion;
            PruneMethods.Of(copy);
        }

        if (options.FineTuning is not null && _space.FineTuneEpochs.All(epochs => epochs == 0))
        {
            throw new ArgumentException(
                "FineTuning is given, but no trial fine-tunes: name the epochs in the search space's FineTuneEpochs, or leave it null.");
        }
    }

    public SweepResult Run(IDataView train, Action<SweepProgress> onProgress)
    {
        using var channel = _host.Start("Sweep");
        new BlockPruneEstimator(_environment, _options).GetOutputSchema(MlNetSchema.ShapeOf(train.Schema));
        if (_setup.Executor == SweepExecutor.ChildProcess)
        {
            _ = SweepWorker.Command(); // says what the program lacks before any image is read
        }
        else
        {
            LibTorch.EnsureLoaded();
        }

        using var device = Device().Use();

        var images = new SweepImages(_host, _options, new PruneProgressRelay(_host, channel, progress: null, _cancellationToken));
        var (subjects, whole) = _setup.Folds is { } folds ? images.ReadFolds(train, folds) : images.ReadSplit(train);
        _facts = images.Facts;
        var header = JournalHeader.Of(subjects[0].IdentityWith(Method, Library), SweepSession.Current(CpuKernels.Selected.Name));
        using var journal = _setup.JournalPath is null
            ? null : TrialJournal.Open(_setup.JournalPath, header.Identity, header.Session, _setup.ResumeMode);
        using var executor = ExecutorOf(subjects);
        var dense = DenseReference.Of(subjects, executor.DenseTop1, journal);
        void Report(SweepProgress step)
        {
            MlNetHost.ThrowIfCancelled(_host);
            onProgress(step);
        }

        var limits = _setup.Limits with { FinalRefit = _options.Refit.ToString() };
        var outcome = new SweepRunner(_space, _setup.Tuner.Tuner, executor, journal, limits, Report).Run(_cancellationToken);
        return new SweepResult(
            outcome, executor.DenseTop1,
            JournalReport.Of(outcome.Results, outcome.Final, [dense], limits.MaximumDrop, [header],
                [.. subjects[0].Dense.Notes, .. journal?.Notes ?? [], .. NotesOfData()]),
            _facts?.Preprocessing ?? [],
            (trial, cancellationToken) => TransformerOf(
                outcome.Networks.GetValueOrDefault(trial) ?? Prune(whole(), trial, cancellationToken)));
    }

    private IEnumerable<string> NotesOfData() => _setup.Folds is null
        ? []
        :
        [
            "Trials were judged on the calibration images, in folds: if the network was trained on those, it answers them better than new "
            + "ones.",
        ];

    private static string Library => typeof(SweepWork).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    // Children prune on the CPU, whatever is asked for: several processes on one GPU would fight for its memory.
    private TorchDevice Device() => _setup.Executor == SweepExecutor.ChildProcess
        ? TorchDevice.Cpu
        : TrainingDevices.Choose(_host, _options.TrainingDevice ?? _options.Device, NvidiaDriver.TryLoad, LibTorch.CudaRefusal);

    private string Method => _setup.Folds is { } folds ? FormattableString.Invariant($"{_method}; {folds} folds") : _method.ToString();

    private ITrialExecutor ExecutorOf(IReadOnlyList<SweepSubject> subjects) => subjects is [var only]
        ? ExecutorOf(only)
        : new FoldExecutor([.. subjects.Select(subject => (ExecutorOf(subject), subject.Validation.Count))]);

    private ITrialExecutor ExecutorOf(SweepSubject subject)
    {
        if (_setup.Executor == SweepExecutor.ChildProcess)
        {
            return SweepWorker.ExecutorOf(subject, _method, _setup.MemoryLimit);
        }

        var local = new LocalExecutor(subject, _method, _cancellationToken);
        if (_setup.MemoryLimit is not { } limit)
        {
            return local;
        }

        var guard = new MemoryGuard(
            local, TrialMemory.LeastBytes(subject.Dense.Config, subject.Calibration.Count), limit, () => Environment.WorkingSet);
        guard.Check();
        return guard;
    }

    private SparseViT Prune(SweepSubject subject, Trial trial, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoaded();
        return new LocalExecutor(subject, _method, cancellationToken).Prune(trial, cancellationToken);
    }

    private SparseViTTransformer TransformerOf(SparseViT network) => new(
        _environment,
        new ScoringSettings(
            _options.ImageColumnName, _options.ScoreColumnName, _options.PredictedLabelColumnName, _options.BatchSize,
            _options.NumberOfThreads, _options.Device, _options.MaximumPixels, _options.ProbabilityColumnName),
        network, report: null, _facts);
}
