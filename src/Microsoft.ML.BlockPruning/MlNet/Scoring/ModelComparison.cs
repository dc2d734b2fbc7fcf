using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Reads a dense network and images for a transformer's report of itself.</summary>
/// <param name="environment">Makes the host.</param>
/// <param name="network">The pruned network.</param>
/// <param name="facts">Its classes and preprocessing.</param>
/// <param name="settings">The image column and the threads.</param>
internal sealed class ModelComparison(IHostEnvironment environment, SparseViT network, NetworkFacts facts, ScoringSettings settings)
{
    /// <summary>Compares.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="pruning">What pruning found; null where it is not known.</param>
    /// <param name="images">The images.</param>
    /// <param name="denseModelPath">The network before pruning.</param>
    /// <param name="checkpoint">What no file tells of it.</param>
    /// <param name="labelColumnName">The column of their classes; null: not known.</param>
    /// <param name="onProgress">Told how far it is; null: nobody.</param>
    /// <param name="cancellationToken">Ends the scoring within one batch.</param>
    /// <exception cref="InvalidOperationException">The dense network has another shape, or other classes.</exception>
    public ModelReport Report(
        string name, PruneReport? pruning, IDataView images, string denseModelPath, CheckpointOptions checkpoint, string? labelColumnName,
        IProgress<PruneProgress>? onProgress, CancellationToken cancellationToken)
    {
        var host = environment.Register(nameof(ModelComparison));
        using var channel = host.Start("Compare");
        var input = new InputRequest
        {
            ModelPath = denseModelPath,
            Checkpoint = checkpoint,
            ImageColumnName = settings.ImageColumnName,
            LabelColumnName = labelColumnName,
            ValidationSet = images,
            Preprocessing = network.Preprocessing,
            MaximumPixels = settings.MaximumPixels,
        };
        var source = PruneInput.Open(host, input, images.Schema);
        if (!IsOfShape(source.Weights.Spec, network.Spec))
        {
            throw host.Process(new InvalidOperationException(
                $"'{denseModelPath}' is not the network that was pruned to '{name}': its shape is another one."));
        }

        if (!source.Classes.Names.SequenceEqual(network.LabelNames))
        {
            throw host.Process(new InvalidOperationException(
                $"The classes are {Some(source.Classes.Names)} by '{denseModelPath}' and the label column, "
                + $"but {Some(network.LabelNames)} in '{name}': map the labels with the classes of the model."));
        }

        source.Classes.Apply(source.Weights);
        var progress = new PruneProgressRelay(host, channel, onProgress, cancellationToken);
        progress.BeginReading([source.HeldOut!.Data]);
        var set = new CalibrationReader(host, input, progress).ReadHeldOut(source.HeldOut, source.Weights.Spec, source.Preprocessing);
        progress.EndReading();
        var measuring = progress.Start(PruneStage.Measuring, MeasuringWork.OfAnswers(network, set.Count));
        var report = BuilderOf(measuring.Step).Build(name, pruning, source.Weights, set);
        measuring.End();
        return report;
    }

    /// <summary>Reports the layers alone.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="pruning">What pruning found; null where it is not known.</param>
    public ModelReport Report(string name, PruneReport? pruning) => BuilderOf(() => { }).Build(name, pruning);

    // The eps of norms is no matter of shape: files say it in other digits.
    private static bool IsOfShape(NetworkSpec dense, NetworkSpec pruned) => WithoutEps(dense).HasSameParts(WithoutEps(pruned));

    private static NetworkSpec WithoutEps(NetworkSpec spec) => new(
        spec.Family, spec.ImageSize, spec.Channels, spec.Stem with { Norm = WithoutEps(spec.Stem.Norm) },
        [.. spec.Steps.Select(step => step with { Norm = WithoutEps(step.Norm)! })],
        WithoutEps(spec.Norm), [.. spec.Heads.Select(head => head with { Norm = WithoutEps(head.Norm) })]);

    private static NormSpec? WithoutEps(NormSpec? norm) => norm is null ? null : norm with { Eps = 0.5f };

    private static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", …" : "");

    private ModelReportBuilder BuilderOf(Action onBatch) =>
        new(network, facts, settings.NumberOfThreads ?? Environment.ProcessorCount, onBatch);
}
