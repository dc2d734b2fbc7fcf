using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Sweeping;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>
/// Prunes a network to many budgets, in blocks of many shapes, and judges each on validation images: calibrates once for each block and
/// criterion, then allocates, refits and scores for each trial.
/// </summary>
/// <remarks>
/// In words and manners as <c>mlContext.Auto()</c>. With a journal every finished trial is a line on the disk: a sweep that is killed goes
/// on where it was and comes to the same result, times apart. Cancelling keeps what is done. Trials are compared with the refits of the
/// search space, the fast one unless told otherwise; the recommended one is run once more with the refit of the options.
/// </remarks>
public sealed partial class SparsitySweep
{
    private readonly IHostEnvironment _environment;
    private readonly BlockPruneEstimator.Options _options;
    private SweepSetup _setup = new() { Space = new SparsitySearchSpace().ToSpace(), Tuner = SparsityTuner.Grid().Tuner };
    private SparsitySearchSpace _space = new();
    private SweepExecutor _executor;
    private Func<TrialSubject, ITrialExecutor>? _createExecutor;
    private IDataView? _train;
    private IDataView? _validation;
    private IProgress<SweepProgress>? _monitor;

    internal SparsitySweep(IHostEnvironment environment, BlockPruneEstimator.Options options)
    {
        if (options.ValidationSet is not null || options.ValidationSetFraction > 0 || options.FineTuning?.CheckpointPath is not null)
        {
            throw new ArgumentException(
                "A sweep takes its validation set from SetDataset, and its trials cannot share one file of training: leave ValidationSet, "
                + "ValidationSetFraction and FineTuning.CheckpointPath alone.",
                nameof(options));
        }

        _environment = environment;
        _options = options.Copy();
        _options.Budget = PruneBudget.Flops(1);
        _options.Criterion = default;
        _ = new BlockPruneEstimator(environment, _options); // checks all that is not the sweep's own
    }

    /// <summary>Sets the images, transformed as for <c>PruneBlocks</c>.</summary>
    /// <param name="train">What pruning sees: the calibration images.</param>
    /// <param name="validation">What trials are judged on; the label column's keys are those of <paramref name="train"/>.</param>
    /// <returns>This sweep.</returns>
    public SparsitySweep SetDataset(IDataView train, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        (_train, _validation) = (train, validation);
        _setup = _setup with { Folds = null };
        return this;
    }

    /// <summary>Sets the images, transformed as for <c>PruneBlocks</c>, to be cross-validated.</summary>
    /// <param name="data">All images, with labels. Each is judged once, by the network pruned without its fold.</param>
    /// <param name="folds">At least 2. A trial takes as many times as long, and each fold holds a copy of the other folds' images.</param>
    /// <returns>This sweep. Its models are pruned with all images.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds.</exception>
    public SparsitySweep SetDataset(IDataView data, int folds)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        (_train, _validation) = (data, data);
        _setup = _setup with { Folds = folds };
        return this;
    }

    /// <summary>Sets what there is to choose from.</summary>
    /// <param name="space">Kept fractions, blocks, criteria.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentException">A list is empty or a value out of its range.</exception>
    public SparsitySweep SetSearchSpace(SparsitySearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(space.Budget);
        space.ToSpace();
        _space = space;
        return this;
    }

    /// <summary>Sets how to go through the space; <see cref="SparsityTuner.Grid"/> where this is not called.</summary>
    /// <param name="tuner">The tuner.</param>
    /// <returns>This sweep.</returns>
    public SparsitySweep SetTuner(SparsityTuner tuner)
    {
        ArgumentNullException.ThrowIfNull(tuner);
        _setup = _setup with { Tuner = tuner.Tuner };
        return this;
    }

    /// <summary>Sets the file that keeps finished trials, one line of JSON each; none where this is not called.</summary>
    /// <param name="path">The file; made where there is none. An empty file of the same name and <c>.lock</c> stays beside it.</param>
    /// <param name="mode">What becomes of the trials in it.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SparsitySweep SetJournal(string path, ResumeMode mode = ResumeMode.Resume)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _setup = _setup with { JournalPath = path, ResumeMode = mode };
        return this;
    }

    /// <summary>Sets who is told how far the sweep has come.</summary>
    /// <param name="monitor">Called from the sweep's thread.</param>
    /// <returns>This sweep.</returns>
    public SparsitySweep SetMonitor(IProgress<SweepProgress> monitor)
    {
        _monitor = monitor;
        return this;
    }

    /// <summary>Sets where trials run; <see cref="SweepExecutor.InProcess"/> where this is not called.</summary>
    /// <param name="executor">Child processes need a line in the program's <c>Main</c>: see <see cref="SweepWorker.TryRun"/>.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The choice is none.</exception>
    public SparsitySweep SetExecutor(SweepExecutor executor)
    {
        if (!Enum.IsDefined(executor))
        {
            throw new ArgumentOutOfRangeException(
                nameof(executor), executor, $"{executor} is no executor; take one of {string.Join(", ", Enum.GetNames<SweepExecutor>())}.");
        }

        (_executor, _createExecutor) = (executor, null);
        return this;
    }

    /// <summary>Sets how many child processes run trials side by side; one trial after the other where this is not called.</summary>
    /// <param name="workers">1 to 1,024. Each takes its part of the threads, and memory of its own.</param>
    /// <returns>This sweep.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in that range.</exception>
    /// <remarks>
    /// Figures and order of the trials are the same for any number of workers, one too: libtorch has one thread in each. Without workers it
    /// has all threads, which changes last bits, so that such a sweep has another journal. Milliseconds are taken while other trials run.
    /// Programs need a line in their <c>Main</c>: see <see cref="SweepWorker.TryRun"/>.
    /// </remarks>
    public SparsitySweep SetWorkers(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, ScoringLimits.Threads);
        _setup = _setup with { Workers = workers };
        return this;
    }

    /// <summary>Sets what runs trials: an executor of another package, such as one of a cluster.</summary>
    /// <param name="create">
    /// Called once a run, or once a fold, when the images have been read; the sweep disposes what it makes. The network that it hands over
    /// with a trial is the model's; where it hands over none, the sweep prunes in its own process when it is asked for a model.
    /// </param>
    /// <returns>This sweep.</returns>
    public SparsitySweep SetExecutor(Func<TrialSubject, ITrialExecutor> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _createExecutor = create;
        return this;
    }

    /// <summary>Runs the sweep.</summary>
    /// <param name="cancellationToken">Ends it within one batch; what is done is kept and returned.</param>
    /// <returns>The trials, the front and the recommended one.</returns>
    /// <exception cref="InvalidOperationException">There is no dataset, or its classes are not the network's.</exception>
    /// <exception cref="ArgumentException">A column does not fit, or choices contradict each other.</exception>
    /// <exception cref="IOException">The model cannot be read, or the journal is in use or cannot be written.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, or the journal is of another sweep or damaged.</exception>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the images were read.</exception>
    public SweepResult Run(CancellationToken cancellationToken = default)
    {
        if (_train is null || _validation is null)
        {
            throw new InvalidOperationException("The sweep has no images: call SetDataset first.");
        }

        if (_createExecutor is not null && _setup.MemoryLimit is not null)
        {
            throw new ArgumentException(
                "SetMaximumMemoryUsageInMegaByte holds for processes of this sweep, not for an executor of another package: limit the "
                + "memory there.");
        }

        if (_createExecutor is not null && _setup.Workers is not null)
        {
            throw new ArgumentException(
                "SetWorkers starts processes of this sweep, not of an executor of another package: leave it out, or run trials side by "
                + "side there.");
        }

        var options = _options.Copy();
        options.ValidationSet = _validation;
        options.Budget = _space.Budget;
        var setup = _setup with { Space = _space.ToSpace(), Elsewhere = Elsewhere };
        var host = _environment.Register(nameof(SparsitySweep));
        var run = new SweepRun(
            host, BlockPruneEstimator.InputOf(options), BlockPruneEstimator.RequestOf(options), setup, cancellationToken);
        new BlockPruneEstimator(_environment, _options).GetOutputSchema(MlNetSchema.ShapeOf(_train.Schema));
        if (RunsChildren)
        {
            _ = SweepWorker.Command(); // says what the program lacks before any image is read
        }

        var findings = run.Run(_train, options.TrainingDevice ?? options.Device, step => _monitor?.Report(step));
        return new SweepResult(findings, model => new SparseViTTransformer(
            _environment, BlockPruneEstimator.SettingsOf(options), model.Network, model.Report, findings.Facts));
    }

    private bool RunsChildren => _createExecutor is null && (_executor == SweepExecutor.ChildProcess || _setup.Workers is not null);

    private Func<SweepSubject, PruneRequest, TrialTeam>? Elsewhere => _createExecutor is { } create
        ? (subject, shared) => TrialTeam.Of(new CheckedExecutor(
            create(new TrialSubject(subject, shared)) ?? throw new InvalidOperationException("SetExecutor's function gives no executor."),
            subject.Dense.Spec))
        : RunsChildren
            ? (subject, shared) => SweepWorker.TeamOf(
                subject, shared, _setup.Workers ?? 1,
                new ChildLimits(_setup.MemoryLimit, _setup.Workers is null ? null : shared.Threads))
            : null;

    /// <summary>Runs the sweep on the thread pool.</summary>
    /// <param name="cancellationToken">Ends it within one batch; what is done is kept and returned.</param>
    /// <returns>The trials, the front and the recommended one.</returns>
    /// <exception cref="InvalidOperationException">There is no dataset, or its classes are not the network's.</exception>
    /// <remarks>All that <see cref="Run"/> throws, the task throws.</remarks>
    public Task<SweepResult> RunAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(cancellationToken), CancellationToken.None);
}
