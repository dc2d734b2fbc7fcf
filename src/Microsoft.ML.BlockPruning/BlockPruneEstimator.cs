using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
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
    private readonly PruneRequest _request;
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

        if (options.CheckpointFolder is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(options.CheckpointFolder, nameof(Options.CheckpointFolder));
        }

        CheckValidation(options);
        CheckFineTuning(options);
        CheckChoices(options);
        _options = options.Copy();
        _request = RequestOf(_options);
        _ = new PruneRun(_request); // says now what does not go together
        _host = environment.Register(nameof(BlockPruneEstimator));
        _settings = SettingsOf(_options);
        _settings.Validate();
    }

    /// <summary>What takes the times that a budget of latency needs: the clock, unless there is a table already.</summary>
    internal Func<NetworkWeights, ImagePreprocessing, LayerGrids, LatencyRequest, Action, LatencyConstraint> MeasureLatency { get; init; } =
        LatencyMeasurement.Measure;

    /// <summary>Opens the network's files, once in a Fit.</summary>
    internal Func<string, CheckpointOptions, Checkpoint> OpenCheckpoint { get; init; } = Checkpoint.Open;

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
    /// The model is damaged or unknown, an image cannot be used, or a pruning or fine-tuning cannot go on; names tensor, row or file.
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

        var device = TrainingDevices.Choose(_host, _options.TrainingDevice ?? _options.Device, LoadDriver, LibTorch.CudaRefusal);
        using var on = device.Use();

        var source = PruneInput.Open(_host, InputOf(_options), input.Schema, OpenCheckpoint);
        var dense = source.Model;
        var request = _request with { Seed = MlNetHost.SeedOf(_host) };
        var run = new PruneRun(request) { MeasureLatency = MeasureLatency, CheckpointFolder = _options.CheckpointFolder };
        var settings = Marked(() => run.Prepare(dense, progress.ThrowIfCancelled));
        Info(channel, $"{request.Network}: keep {_options.Budget} in blocks of {_options.Block}; {source.Classes}");
        Info(channel, PreprocessingWords.Sentence(dense.Facts.Preprocessing));

        source.Classes.Apply(dense.Weights);
        progress.Clock.Lap("Preparing");
        var images = ReadImages(input, source, request.Seed, progress);
        progress.EndReading();
        progress.Clock.Lap("Reading");
        Info(channel, $"read {images.Calibration.Count} calibration images, {images.HeldOut?.Count ?? 0} held out");

        // Budgets that each could be met may turn out to contradict each other once blocks have to be chosen.
        var made = Marked(() => run.Run(dense, settings, images, progress.Report));
        if (made.LastStep is { } last)
        {
            string accuracy = last.ValidationTop1 is { } told
                ? FormattableString.Invariant($", top-1 of the held-out images {told:0.0000}") : "";
            Info(channel, FormattableString.Invariant($"fine-tuned {last.Epoch} epochs, last loss {last.Loss:G5}{accuracy}"));
        }

        var measuring = progress.Start(PruneStage.Measuring, MeasuringWork.Of(made.Network, images, made.Latency is not null));
        var report = new ReportBuilder(request, dense, images).Measure(made, progress.Clock, measuring.Step);
        measuring.End();
        foreach (string note in report.Notes)
        {
            Info(channel, note);
        }

        var transformer = new SparseViTTransformer(_host, _settings, made.Network, report);
        Info(
            channel,
            $"kept {transformer.Layers.Sum(layer => layer.KeptBlocks)} of {transformer.Layers.Sum(layer => layer.TotalBlocks)} blocks, "
            + $"{transformer.MultiplyAdds} of {transformer.DenseMultiplyAdds} multiply-adds");
        return transformer;
    }

    private CalibrationImages ReadImages(IDataView input, PruneInput source, long seed, PruneProgressRelay progress)
    {
        var reader = new CalibrationReader(_host, InputOf(_options), progress);
        progress.BeginReading([input, .. source.HeldOut is null ? Array.Empty<IDataView>() : [source.HeldOut.Data]]);
        var spec = source.Weights.Spec;
        var images = reader.Read(input, source.Image, source.Label?.Column, spec, source.Preprocessing, seed);
        return source.HeldOut is not { } heldOut ? images : images with
        {
            HeldOut = reader.ReadHeldOut(heldOut, spec, source.Preprocessing, out int unlabelled),
            HeldOutUnlabelled = unlabelled,
        };
    }

    private T Marked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException error)
        {
            throw _host.Process(error);
        }
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
}
