using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace PruneModelSample;

/// <summary>How good the model is, beside the dense network.</summary>
public static partial class PruneModel
{
    private const int TimedImages = 200;
    private static readonly TimeSpan TimingBudget = TimeSpan.FromSeconds(10);

    /// <summary>Scores the validation images with the dense network and with the model.</summary>
    /// <returns>Dense, pruned.</returns>
    internal static (ModelQuality Dense, ModelQuality Pruned) Evaluate(
        PruneModelSettings settings, IStepDisplay display, CancellationToken cancellationToken)
    {
        var context = new MLContext(settings.TrainingOption.Seed);
        var pruned = LoadModel(context, settings.ModelPath);
        using var prunedNetwork = NetworkOf(pruned);
        var data = LoadImageFromFolder(context, settings.DataSource.ValidationFolderPath, NetworkClasses.Of(prunedNetwork));

        // Where nothing is removed nothing is estimated: this is the dense network, run by the same kernels.
        var dense = display.Run("Loading the dense network", () => RetrainModel(context, data, new BlockPruneEstimator.Options
        {
            ModelPath = settings.NetworkPath,
            ClassOrder = settings.TrainingOption.ClassOrder,
            Budget = PruneBudget.Flops(1),
            ImageColumnName = nameof(ModelInput.ImageSource),
            MaximumCalibrationImages = 1,
            ApplyOrientation = true,
            CancellationToken = cancellationToken,
        }));
        using var denseNetwork = NetworkOf(dense);
        double[] milliseconds = MillisecondsPerImage(context, [dense, pruned], data, display, cancellationToken);
        int count = ImageFolder.Read(settings.DataSource.ValidationFolderPath).Sum(files => files.Count());
        double Top1Of(string name, ITransformer model) => Top1(context, model, data, done =>
            display.Report($"Scoring the validation images, {name}", done, count, "images"), cancellationToken);
        return (
            new ModelQuality(Top1Of("dense", dense), milliseconds[0], denseNetwork.WeightBytes, denseNetwork.MultiplyAdds),
            new ModelQuality(Top1Of("pruned", pruned), milliseconds[1], prunedNetwork.WeightBytes, prunedNetwork.MultiplyAdds));
    }

    /// <summary>The pruned network within a model.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static SparseViTTransformer NetworkOf(ITransformer model) =>
        (model as IEnumerable<ITransformer>)?.OfType<SparseViTTransformer>().SingleOrDefault()
            ?? throw new ArgumentException("The model holds no pruned network; train makes one that does.");

    private static double Top1(
        MLContext context, ITransformer model, IDataView data, Action<int> onImage, CancellationToken cancellationToken)
    {
        // All but the last step, which turns the predicted key into text: Evaluate compares keys.
        var view = ((IEnumerable<ITransformer>)model).SkipLast(1).Aggregate(data, (rows, step) => step.Transform(rows));
        var scored = context.Data.Cache(view, nameof(ModelInput.Label), nameof(ModelOutput.Score), nameof(ModelOutput.PredictedLabel));
        var column = scored.Schema[nameof(ModelOutput.Score)];
        using (var cursor = scored.GetRowCursor([column]))
        {
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> scores = default;
            onImage(0);
            for (int done = 1; cursor.MoveNext(); done++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                getter(ref scores);
                onImage(done);
            }
        }

        return context.MulticlassClassification.Evaluate(scored).MicroAccuracy;
    }

    // One image at a time, as a web service would, decoding included; the models in turn.
    private static double[] MillisecondsPerImage(
        MLContext context, ITransformer[] models, IDataView data, IStepDisplay display, CancellationToken cancellationToken)
    {
        const string step = "Timing, dense and pruned in turn";
        var rows = context.Data.TakeRows(data, TimedImages);
        ModelInput[] images = [.. context.Data.CreateEnumerable<ModelInput>(rows, reuseRowObject: false)];
        PredictionEngine<ModelInput, ModelOutput>[] engines = [.. models.Select(model => CreateEngine(context, model))];
        var probes = engines.Select(
            engine => new TimedAction(() => Array.ForEach(images, image => engine.Predict(image)), images.Length, Burst: 1));
        var latencies = new LatencyMeter(TimingBudget).Measure(
            [.. probes], fraction => display.Report(step, fraction), cancellationToken);
        display.Report(step, 1);
        Array.ForEach(engines, engine => engine.Dispose());
        return [.. latencies.Select(latency => latency.MedianMs)];
    }
}
