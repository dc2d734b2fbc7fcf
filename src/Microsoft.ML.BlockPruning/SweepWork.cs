using System.Reflection;
using Microsoft.ML.BlockPruning.Interop;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>One run of a <see cref="SparsitySweep"/>: reads the images, opens the journal, hands over to the runner.</summary>
internal sealed class SweepWork
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly BlockPruneEstimator.Options _options;
    private readonly SweepSpace _space;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Checks all that needs no data.</summary>
    /// <exception cref="ArgumentException">The space is empty or out of range, or a criterion contradicts the allocation.</exception>
    public SweepWork(
        IHostEnvironment environment, BlockPruneEstimator.Options options, SparsitySearchSpace space, CancellationToken cancellationToken)
    {
        _environment = environment;
        _host = environment.Register(nameof(SparsitySweep));
        _options = options;
        _space = space.ToSpace();
        _cancellationToken = cancellationToken;
        foreach (var criterion in space.Criterion)
        {
            var copy = options.Copy();
            copy.Criterion = criterion;
            PruneMethods.Of(copy);
        }
    }

    public SweepResult Run(
        IDataView train, ITuner tuner, SweepLimits limits, (string? Path, ResumeMode Mode) journalFile, Action<SweepProgress> onProgress)
    {
        using var channel = _host.Start("Sweep");
        new BlockPruneEstimator(_environment, _options).GetOutputSchema(MlNetSchema.ShapeOf(train.Schema));
        LibTorch.EnsureLoaded();
        var subject = Read(train, new PruneProgressRelay(_host, channel, progress: null, _cancellationToken));
        using var journal = journalFile.Path is null ? null : TrialJournal.Open(
            journalFile.Path, subject.IdentityWith(Method, Library), SweepSession.Current(CpuKernels.Selected.Name), journalFile.Mode);
        var executor = new LocalExecutor(
            subject, name => PruneMethods.CriterionOf(Enum.Parse<PruneCriterion>(name), _options.CalibrationLabels),
            criterion => PruneMethods.Of(_options, criterion),
            block => new LayerRules(
                block, _options.LayerFloor, _options.LayerBlocks, _options.LayerFloors, _options.LayersToKeepDense),
            _cancellationToken);
        void Report(SweepProgress step)
        {
            MlNetHost.ThrowIfCancelled(_host);
            onProgress(step);
        }

        var outcome = new SweepRunner(_space, tuner, executor, journal, limits, Report).Run(_cancellationToken);
        return new SweepResult(
            outcome, executor.DenseTop1, journal?.Notes ?? [], cancellationToken => CreateModel(outcome, executor, cancellationToken));
    }

    private static string Library => typeof(SweepWork).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    // All that a result depends on besides network, images, seed and the trial itself.
    private string Method => string.Join(
        "; ",
        [
            $"{_options.Allocation}, {_options.Refit}, {_options.CalibrationLabels}",
            FormattableString.Invariant($"shots {_options.Shots}, floor {_options.LayerFloor}"),
            .. (_options.LayerFloors ?? new Dictionary<string, double>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => FormattableString.Invariant($"{layer.Key} floor {layer.Value}")),
            .. (_options.LayerBlocks ?? new Dictionary<string, Sparsity.BlockShape>()).OrderBy(layer => layer.Key, StringComparer.Ordinal)
                .Select(layer => $"{layer.Key} block {layer.Value}"),
            .. (_options.LayersToKeepDense ?? []).Order(StringComparer.Ordinal).Select(layer => $"{layer} dense"),
        ]);

    private SweepSubject Read(IDataView train, PruneProgressRelay progress)
    {
        var source = PruneInput.Open(_host, _options, train.Schema);
        source.Classes.Apply(source.Weights);
        long seed = MlNetHost.SeedOf(_host);
        var reader = new CalibrationReader(_host, _options, progress);
        var images = reader.Read(train, source.Image, source.Label?.Column, source.Weights.Config, source.Preprocessing, seed);
        var validation = reader.ReadHeldOut(source.HeldOut!, source.Weights.Config, source.Preprocessing);
        return validation.Labels is null
            ? throw _host.Process(new InvalidOperationException(
                $"The validation images have no label column '{_options.LabelColumnName}', or a row without a label; "
                + "a sweep judges by top-1."))
            : new SweepSubject(
                source.Weights, images.Calibration, validation, source.Preprocessing, source.Classes.Names, seed,
                _options.NumberOfThreads ?? Environment.ProcessorCount);
    }

    private SparseViTTransformer CreateModel(SweepOutcome outcome, LocalExecutor executor, CancellationToken cancellationToken)
    {
        var recommended = outcome.Recommended
            ?? throw new InvalidOperationException("No trial of the sweep was completed, so there is no model; see the trials' errors.");
        var network = outcome.Network ?? executor.Run(recommended.Trial, _ => { }, cancellationToken).Network!;
        var settings = new ScoringSettings(
            _options.ImageColumnName, _options.ScoreColumnName, _options.PredictedLabelColumnName, _options.BatchSize,
            _options.NumberOfThreads, _options.Device);
        return new SparseViTTransformer(_environment, settings, network);
    }
}
