using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>Prunes a trained vision transformer in blocks and makes a transformer that scores what is left, block-sparse.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes: calibration images; labels only if asked |
/// | Input column data type | <xref:Microsoft.ML.Data.MLImage>, vector of <xref:System.Byte> (a file) or <xref:System.Single> (pixels) |
/// | Label column data type | Key; names the classes and their order; optional |
/// | Output column data type | Vector of <xref:System.Single> (Score: logits; Probability, if asked), key (PredictedLabel; of text) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.BlockPruning; to fit, a libtorch-cpu or TorchSharp-cuda package too |
/// | Exportable to ONNX | No |
///
/// `Fit` reads the calibration images, makes forward and backward passes over them, rates every block of the qkv, proj, fc1 and
/// fc2 weights, keeps the best within the budget and fits the kept weights to the dense network's outputs. The model file is not
/// changed; labels are trained on only where `FineTuning` asks for it. What came of it, by layer and as a whole, is in the transformer's
/// `Report`; images set aside by `ValidationSet` or `ValidationSetFraction` tell how far the answers moved. Pixels in a
/// vector are 0 to 255, channels first, as ExtractPixels yields them.
///
/// Classes follow the label column's key values, whatever their order there. Where config.json names the classes, by these names: in
/// Unicode's form C, else without regard to case, blanks, `_` and `-`; what cannot be matched is refused. Where it names none: by number,
/// where the key values are 0, 1 …, else in the order of the names, if timm's (natural) and torchvision's (ordinal) are the same one; where
/// they are not, `ClassOrder` must tell. What was matched is in the report and in the log.
/// ]]></format>
/// </remarks>
/// <seealso cref="BlockPruningCatalog.PruneBlocks(TransformsCatalog, string, double, string, string)"/>
public sealed partial class BlockPruneEstimator : IEstimator<SparseViTTransformer>
{
    private readonly IHost _host;
    private readonly Options _options;
    private readonly PruneMethod _method;
    private readonly LayerRules _rules;
    private readonly ScoringSettings _settings;

    internal BlockPruneEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.ModelPath, nameof(Options.ModelPath));
        ArgumentNullException.ThrowIfNull(options.Budget, nameof(Options.Budget));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumCalibrationImages ?? 1, nameof(Options.MaximumCalibrationImages));
        if (options.CalibrationLabels == CalibrationLabels.Column && options.LabelColumnName is null)
        {
            throw new ArgumentException("CalibrationLabels.Column needs a LabelColumnName.", nameof(options));
        }

        CheckValidation(options);
        CheckFineTuning(options);
        CheckChoices(options);
        _method = PruneMethods.Of(options);
        _host = environment.Register(nameof(BlockPruneEstimator));
        _options = options.Copy();
        _rules = new LayerRules(
            options.Block, options.LayerFloor, options.LayerBlocks, options.LayerFloors, options.LayersToKeepDense);
        _settings = new ScoringSettings(
            options.ImageColumnName, options.ScoreColumnName, options.PredictedLabelColumnName, options.BatchSize, options.NumberOfThreads,
            options.Device, options.MaximumPixels, options.ProbabilityColumnName);
        _settings.Validate();
    }

    /// <summary>What takes the times that a budget of latency needs: the clock, unless there is a table already.</summary>
    internal Func<NetworkWeights, ImagePreprocessing, LayerGrids, LatencyRequest, Action, LatencyConstraint> MeasureLatency { get; init; } =
        LatencyMeasurement.Measure;

    /// <summary>Opens the network's files, once in a Fit.</summary>
    internal Func<string, Checkpoint> OpenCheckpoint { get; init; } = Checkpoint.Open;

    /// <summary>Gives null where no NVIDIA driver is.</summary>
    internal Func<ICudaDriver?> LoadDriver { get; init; } = NvidiaDriver.TryLoad;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The image or label column is absent or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Check(_host, inputSchema, _options.ImageColumnName);
        if (_options.LabelColumnName is { } label)
        {
            LabelColumn.Check(_host, inputSchema, label);
        }

        var columns = inputSchema.ToDictionary(column => column.Name);
        columns[_settings.PredictedLabelColumnName] = MlNetSchema.NewColumn(
            _settings.PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true,
            ScoreAnnotations.PredictedLabelShape);
        columns[_settings.ScoreColumnName] = MlNetSchema.NewColumn(
            _settings.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
            ScoreAnnotations.ScoreShape);
        if (_settings.ProbabilityColumnName is { } probability)
        {
            columns[probability] = MlNetSchema.NewColumn(
                probability, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, ScoreAnnotations.ScoreShape);
        }

        return new SchemaShape(columns.Values);
    }

    /// <summary>Prunes the network. Everything that can be checked without work is checked first.</summary>
    /// <param name="input">The calibration images.</param>
    /// <returns>The transformer that scores the pruned network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column does not fit, or a block is larger than a weight.</exception>
    /// <exception cref="ArgumentException">
    /// A budget cannot be met, and the message names the nearest that can; or an option names a layer that the network has not.
    /// </exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The model is damaged or unknown, an image cannot be used, or a fine-tuning cannot go on; names tensor, row or file.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There is no calibration image or too few to set some aside, or the classes of a label are not the network's or the validation set's;
    /// or the GPU that was asked for cannot be used and the CPU may not take its place.
    /// </exception>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    /// <exception cref="ArithmeticException">
    /// A weight or a held-out image's logit is not finite, a weight is beyond what <see cref="Options.WeightFormat"/> holds, or fine-tuning
    /// diverged; names the weight or the step.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public SparseViTTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var channel = _host.Start("PruneBlocks");
        var progress = new PruneProgressRelay(_host, channel, _options.Progress, _options.CancellationToken);
        progress.ThrowIfCancelled();
        GetOutputSchema(MlNetSchema.ShapeOf(input.Schema));
        LibTorch.EnsureLoaded();
        if (_options.FineTuning?.CheckpointPath is { } state)
        {
            FineTuneState.Check(state); // its folder or its content, before there is a pruned network to lose
        }

        using var threads = new TorchThreads(_options.NumberOfThreads ?? Environment.ProcessorCount);
        var device = TrainingDevices.Choose(_host, _options.TrainingDevice ?? _options.Device, LoadDriver, LibTorch.CudaRefusal);
        using var on = device.Use();

        var source = PruneInput.Open(_host, _options, input.Schema, OpenCheckpoint);
        var (weights, preprocessing, classes, facts) = (source.Weights, source.Preprocessing, source.Classes, source.Facts);
        var settings = CreateSettings(weights, preprocessing, progress);
        Info(channel, $"{Path.GetFileName(_options.ModelPath)}: keep {_options.Budget} in blocks of {_options.Block}; {classes}");
        Info(channel, PreprocessingWords.Sentence(facts.Preprocessing));

        classes.Apply(weights);
        progress.Clock.Lap("Preparing");
        var reader = new CalibrationReader(_host, _options, progress);
        var images = reader.Read(input, source.Image, source.Label?.Column, weights.Config, preprocessing, settings.Seed);
        if (source.HeldOut is { } heldOut)
        {
            images = images with
            {
                HeldOut = reader.ReadHeldOut(heldOut, weights.Config, preprocessing, out int unlabelled),
                HeldOutUnlabelled = unlabelled,
            };
        }

        progress.Clock.Lap("Reading");
        Info(channel, $"read {images.Calibration.Count} calibration images, {images.HeldOut?.Count ?? 0} held out");
        var pruned = Prune(weights, images.Calibration, settings, progress);

        if (_options.FineTuning is { } fineTuning)
        {
            pruned = FineTune(fineTuning, weights, pruned, images, settings.Seed, channel, progress);
        }

        var network = SparseViT.Create(pruned.Weights, pruned.Plan, preprocessing, classes.Names, weights.Notes, _options.WeightFormat);
        var report = new ReportBuilder(_options, settings.Seed, images, facts).Build(weights, pruned, network, settings.Latency, progress);
        foreach (string note in report.Notes)
        {
            Info(channel, note);
        }

        var transformer = new SparseViTTransformer(_host, _settings, network, report);
        Info(
            channel,
            $"kept {transformer.Layers.Sum(layer => layer.KeptBlocks)} of {transformer.Layers.Sum(layer => layer.TotalBlocks)} blocks, "
            + $"{transformer.MultiplyAdds} of {transformer.DenseMultiplyAdds} multiply-adds");
        return transformer;
    }

    private static void Info(IChannel channel, string message) => channel.Info(MessageSensitivity.None, "{0}", message);

    private static void CheckValidation(Options options)
    {
        double fraction = options.ValidationSetFraction;
        if (!(fraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), fraction,
                $"ValidationSetFraction is {fraction}, not in [0, 1): it is the fraction of the calibration images that is set aside.");
        }

        if (fraction > 0 && options.ValidationSet is not null)
        {
            throw new ArgumentException(
                $"ValidationSet is given and ValidationSetFraction is {fraction}; take one of them.", nameof(options));
        }
    }

    private static void CheckChoices(Options options)
    {
        if (!Enum.IsDefined(options.WeightFormat))
        {
            throw PruneMethods.Unknown(options.WeightFormat);
        }

        if (!Enum.IsDefined(options.ClassOrder))
        {
            throw PruneMethods.Unknown(options.ClassOrder);
        }
    }

    private static void CheckFineTuning(Options options)
    {
        options.FineTuning?.Validate();
        if (options.FineTuning is { LabelWeight: > 0 } && options.CalibrationLabels != CalibrationLabels.Column)
        {
            throw new ArgumentException(
                "FineTuning.LabelWeight needs labels: set CalibrationLabels to Column, or the weight to 0.", nameof(options));
        }
    }

    // Budgets that each could be met may turn out to contradict each other once blocks have to be chosen.
    private PrunedNetwork Prune(NetworkWeights weights, CalibrationSet calibration, PruneSettings settings, PruneProgressRelay progress)
    {
        try
        {
            return new BlockPruner(_method).Prune(weights, calibration, settings, progress.Report);
        }
        catch (ArgumentException error)
        {
            throw _host.Process(error);
        }
    }

    private static PrunedNetwork FineTune(
        FineTuneOptions options, NetworkWeights dense, PrunedNetwork pruned, CalibrationImages images, long seed, IChannel channel,
        PruneProgressRelay progress)
    {
        int epoch = 0;
        double loss = double.NaN;
        double? top1 = null;
        var validation = images.HeldOut?.Labels is null ? null : images.HeldOut; // without labels there is no accuracy to tell
        var weights = new FineTuner(options, seed).Run(dense, pruned.Weights, pruned.Plan, images.Calibration, validation, step =>
        {
            (epoch, loss) = (step.Epoch, step.Loss);
            top1 = step.ValidationTop1 ?? top1;
            progress.Report(new PruneProgress(PruneStage.FineTuning, step.Step, step.TotalSteps, validationTop1: step.ValidationTop1));
        });
        string accuracy = top1 is { } told ? FormattableString.Invariant($", top-1 of the held-out images {told:0.0000}") : "";
        Info(channel, FormattableString.Invariant($"fine-tuned {epoch} epochs, last loss {loss:G5}{accuracy}"));
        return pruned with { Weights = weights };
    }

    /// <summary>Layers, blocks, floors and budgets against the network, before any data is read.</summary>
    private PruneSettings CreateSettings(NetworkWeights weights, ImagePreprocessing preprocessing, PruneProgressRelay progress)
    {
        try
        {
            var grids = _rules.GridsOf(_rules.LayersOf(weights));
            var settings = new PruneSettings
            {
                Layers = _rules,
                Constraints = _options.Budget.Resolve(new NetworkCost(weights.Config, _options.WeightFormat), grids),
                Latency = _options.Budget.LatencyRequest is { } request
                    ? MeasureLatency(weights, preprocessing, grids, request, progress.ThrowIfCancelled)
                    : null,
                Seed = MlNetHost.SeedOf(_host),
            };
            new SparsityAllocator(settings.Constraints, _rules, settings.Latency).CheckBudget(grids);
            return settings;
        }
        catch (ArgumentException error)
        {
            throw _host.Process(error);
        }
    }
}
