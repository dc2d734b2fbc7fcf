using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Saving;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(
    typeof(SparseViTTransformer), typeof(SparseViTTransformer.Loader), null, typeof(SignatureLoadModel),
    "Block-sparse vision transformer", MlNetModelFile.LoaderSignature)]

namespace Microsoft.ML.BlockPruning;

/// <summary>Scores images with a block-sparse vision transformer: libtorch is neither needed nor loaded.</summary>
/// <remarks>
/// Appends <c>PredictedLabel</c> (key, the best class), <c>Score</c> (vector of float, one logit per class; not probabilities, so the
/// evaluator's log-loss of it means nothing) and, where a column is named for it, their softmax, whose log-loss is told by
/// <c>Evaluate(scored, scoreColumnName: "Probability")</c>. In a data view images are scored in batches; batch, threads and neighbours do
/// not change a score.
/// It scores in pure C# on the processor, or on an NVIDIA GPU (<see cref="ScoringDevice"/>), chosen anew wherever a model is loaded.
/// Logits that are not finite are no answer: reading such a row throws an <see cref="ArithmeticException"/> that names it.
/// Safe to share between threads and prediction engines, once <see cref="MaximumPixels"/> and <see cref="ApplyOrientation"/> are as the
/// application wants them; nothing else can be changed. Give engines
/// <c>new PredictionEngineOptions { OwnsTransformer = false }</c>, else the first one disposed takes the transformer with it.
/// </remarks>
public sealed partial class SparseViTTransformer : ITransformer, ICanSaveModel, IDisposable
{
    private readonly IHost _host;
    private readonly IHostEnvironment _environment;
    private NetworkFacts _facts;

    internal SparseViTTransformer(
        IHostEnvironment environment, ScoringSettings settings, SparseViT network, PruneReport? report = null,
        NetworkFacts? facts = null, IReadOnlyList<string>? fileNotes = null)
    {
        _host = environment.Register(nameof(SparseViTTransformer));
        _environment = environment;
        Report = report;
        Notes = [.. network.Notes, .. fileNotes ?? []];
        (var session, Device) = ScoringSessions.Open(_host, network, settings, NvidiaDriver.TryLoad);
        Scorer = new Scorer(this, _host, session, network, settings);
        _facts = facts ?? NetworkFacts.Of(network, report);
        Layers = LayerSummary.Of(network);
        LogNotes(fileNotes ?? []);
    }

    /// <summary>The network as data: its image size, channels and classes.</summary>
    public NetworkSpec Network => Model.Spec;

    /// <summary>What is done to an image before the network reads it.</summary>
    public ImagePreprocessing Preprocessing => Model.Preprocessing;

    /// <summary>Gets or sets how many pixels an image has at most, width times height by its header.</summary>
    /// <value>As it was pruned with; 89,478,485 where nothing was said. A larger image is refused before memory is taken.</value>
    /// <remarks>Views and engines made before keep the limit that they were made with. It is saved with the model.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long MaximumPixels
    {
        get => Settings.MaximumPixels;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Scorer.Settings = Settings with { MaximumPixels = value };
        }
    }

    /// <summary>Gets or sets whether an image file is turned as its EXIF orientation says.</summary>
    /// <value>As it was pruned with: <see cref="ImagePreprocessing.ApplyOrientation"/> of <see cref="Preprocessing"/>.</value>
    /// <remarks>Views and engines made before are not changed. It is saved with the model.</remarks>
    public bool ApplyOrientation
    {
        get => Preprocessing.ApplyOrientation;
        set
        {
            Scorer.Network = Model.With(Preprocessing.WithOrientation(value));
            _facts = _facts.WithOrientation(value);
        }
    }

    /// <summary>The steps of <see cref="Preprocessing"/> in words, and who says so: <c>config.json</c>, a default, the options.</summary>
    /// <value>In a model without a report of its pruning: the model file.</value>
    public IReadOnlyList<PreprocessingReport> PreprocessingSteps => _facts.Preprocessing;

    /// <summary>The classes in the dense network's order, and what the images that it was pruned with call them.</summary>
    public IReadOnlyList<ClassReport> Classes => _facts.Classes;

    /// <summary>[numClasses], in the order of <c>Score</c>'s slots and of <c>PredictedLabel</c>'s keys.</summary>
    public IReadOnlyList<string> LabelNames => Model.LabelNames;

    /// <summary>What it scores on: <see cref="ScoringDevice.Cpu"/> itself, or the GPU.</summary>
    public ScoringDevice Device { get; }

    /// <summary>What pruning kept, layer by layer in forward order.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>What pruning found and measured; it has no part in scoring.</summary>
    /// <value>Null in a transformer from <c>LoadSparseViT</c>, whose file has none, or from a model of before there were reports.</value>
    public PruneReport? Report { get; }

    /// <summary>What is to be known about where the network came from: what was assumed when the dense one was read, and, of a model from a
    /// file, what was left out or could not be checked.</summary>
    /// <value>Sentences for people, empty as a rule; the log has had those on a file.</value>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Multiply-adds per image.</summary>
    public long MultiplyAdds => Model.MultiplyAdds;

    /// <summary>Multiply-adds per image of the dense network.</summary>
    public long DenseMultiplyAdds => Model.DenseMultiplyAdds;

    /// <summary>Bytes of the weights that are kept and of their indices.</summary>
    public long WeightBytes => Model.WeightBytes;

    /// <summary>Bytes of the dense network's weights in float32.</summary>
    public long DenseWeightBytes => new NetworkCost(Network).DenseBytes;

    /// <summary>How the weights are stored; biases, norms, tokens and positions are float32 always.</summary>
    public NumberFormat WeightFormat => Model.WeightFormat;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal ScoringSettings Settings => Scorer.Settings;

    /// <summary>Scores rows, and knows nothing of this transformer.</summary>
    internal Scorer Scorer { get; }

    private SparseViT Model => Scorer.Network;

    private ModelComparison Comparison => new(_environment, Model, _facts, Settings);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The image column is absent, or of a type or size that does not fit.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Scorer.Bind(inputSchema).Output;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The image column is absent, or of a type or size that does not fit.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringDataView(Scorer, input);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The image column is absent, or of a type or size that does not fit.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        new ScoringRowMapper(Scorer, Scorer.Bind(inputSchema));

#pragma warning disable RS0026 // the images, which are not optional, tell the two apart
    /// <summary>Makes a page to look at: what is left of each layer.</summary>
    /// <param name="name">What the model is called on the page.</param>
    /// <returns>The report.</returns>
    public ModelReport CreateReport(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Comparison.Report(name, Report);
    }

    /// <summary>Makes a page to look at: what is left of each layer, and which answers are other ones than the dense network's.</summary>
    /// <param name="name">What the model is called on the page.</param>
    /// <param name="images">Images that no pruning has seen, in the column that this transformer scores.</param>
    /// <param name="denseModelPath">The file or folder that was pruned.</param>
    /// <param name="labelColumnName">Key column of their classes, with this transformer's keys; null where they are not known.</param>
    /// <param name="progress">Told how far it is: <see cref="PruneStage.Reading"/>, then <see cref="PruneStage.Measuring"/>.</param>
    /// <param name="checkpoint">What no file tells of the dense network, as it was pruned with; null: nothing was said.</param>
    /// <param name="cancellationToken">Ends the scoring within one batch.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column does not fit.</exception>
    /// <exception cref="IOException">The dense network cannot be read.</exception>
    /// <exception cref="InvalidDataException">The dense network's file is damaged or unknown.</exception>
    /// <exception cref="InvalidOperationException">There is no image, or the dense network has another shape or other classes.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ModelReport CreateReport(
        string name, IDataView images, string denseModelPath, string? labelColumnName = "Label",
        IProgress<PruneProgress>? progress = null, CheckpointOptions? checkpoint = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(denseModelPath);
        return Comparison.Report(
            name, Report, images, denseModelPath, checkpoint ?? CheckpointOptions.Default, labelColumnName, progress, cancellationToken);
    }
#pragma warning restore RS0026

    /// <summary>Frees the memory that scoring works in; the transformer and all that came from it are then of no use.</summary>
    public void Dispose() => Scorer.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Scorer.ThrowIfDisposed();
        new SavedModel(Settings, Model, Report).Write(ctx);
    }

    private void LogNotes(IReadOnlyList<string> notes)
    {
        if (notes.Count == 0)
        {
            return;
        }

        using var channel = _host.Start("Notes");
        foreach (string note in notes)
        {
            channel.Warning(MessageSensitivity.None, "{0}", note);
        }
    }

    /// <summary>What <c>mlContext.Model.Load</c> finds through the attribute above.</summary>
    /// <remarks>ML.NET calls by reflection a static Create of just this form, whose return type is the attribute's first type.</remarks>
    internal static class Loader
    {
        private static SparseViTTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        {
            var saved = SavedModel.Read(new ContextStreams(ctx));
            return new SparseViTTransformer(env, saved.Settings, saved.Network, saved.Report, fileNotes: saved.Notes);
        }
    }
}
