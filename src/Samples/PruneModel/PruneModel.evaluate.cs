using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;

namespace PruneModelSample;

/// <summary>How good the model is, beside the dense network.</summary>
public static partial class PruneModel
{
    private const int TimedImages = 200;

    /// <summary>Scores the validation images with the dense network and with the model.</summary>
    /// <returns>Dense, pruned.</returns>
    internal static (ModelQuality Dense, ModelQuality Pruned) Evaluate(PruneModelSettings settings)
    {
        var context = new MLContext(settings.TrainingOption.Seed);
        var data = LoadImageFromFolder(context, settings.DataSource.ValidationFolderPath);

        // Where nothing is removed nothing is estimated: this is the dense network, run by the same kernels.
        var dense = RetrainModel(context, data, new BlockPruneEstimator.Options
        {
            ModelPath = settings.NetworkPath,
            Budget = PruneBudget.Flops(1),
            ImageColumnName = nameof(ModelInput.ImageSource),
            MaximumCalibrationImages = 1,
        });
        using var denseNetwork = dense.OfType<SparseViTTransformer>().Single();
        var pruned = LoadModel(context, settings.ModelPath);
        using var prunedNetwork = NetworkOf(pruned);
        return (QualityOf(context, dense, denseNetwork, data), QualityOf(context, pruned, prunedNetwork, data));
    }

    /// <summary>The pruned network within a model.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static SparseViTTransformer NetworkOf(ITransformer model) =>
        (model as IEnumerable<ITransformer>)?.OfType<SparseViTTransformer>().SingleOrDefault()
            ?? throw new ArgumentException("The model holds no pruned network; train makes one that does.");

    private static ModelQuality QualityOf(MLContext context, ITransformer model, SparseViTTransformer network, IDataView data)
    {
        // All but the last step, which turns the predicted key into text: Evaluate compares keys.
        var scored = ((IEnumerable<ITransformer>)model).SkipLast(1).Aggregate(data, (view, step) => step.Transform(view));
        var metrics = context.MulticlassClassification.Evaluate(scored);
        return new ModelQuality(
            metrics.MicroAccuracy, MillisecondsPerImage(context, model, data), network.WeightBytes, network.MultiplyAdds);
    }

    // One image at a time, as a web service would: decoding included.
    private static double MillisecondsPerImage(MLContext context, ITransformer model, IDataView data)
    {
        using var engine = CreateEngine(context, model);
        var rows = context.Data.TakeRows(data, TimedImages);
        ModelInput[] images = [.. context.Data.CreateEnumerable<ModelInput>(rows, reuseRowObject: false)];
        engine.Predict(images[0]);
        double[] times = [.. images.Select(image =>
        {
            long start = Stopwatch.GetTimestamp();
            engine.Predict(image);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Order()];
        return times[times.Length / 2];
    }
}
