using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Imaging;

namespace PruneModelSample;

/// <summary>How good the model is, beside the dense network.</summary>
public static partial class PruneModel
{
    private const int WarmUpImages = 10;
    private const int TimedImages = 200;

    /// <summary>Scores the validation images with the dense network and with the model.</summary>
    /// <returns>Dense, pruned.</returns>
    internal static (ModelQuality Dense, ModelQuality Pruned) Evaluate(
        PruneModelSettings settings, StepLines steps, CancellationToken cancellationToken)
    {
        var context = new MLContext(settings.TrainingOption.Seed);
        using var prunedNetwork = context.Transforms.LoadSparseViT(settings.ModelPath);
        using var pruned = LoadModel(settings.ModelPath);
        var folder = LabelledFolder.Read(settings.DataSource.ValidationFolderPath);
        var images = folder.Under(ClassNames.Match(pruned.LabelNames, folder.Classes)).Images;
        using var denseNetwork = DenseNetwork(context, settings, pruned.LabelNames, images, cancellationToken);
        using var dense = AsModel(context, denseNetwork);
        var (top1, milliseconds) = Score([dense, pruned], images, steps, cancellationToken);
        return (
            new ModelQuality(top1[0], milliseconds[0], denseNetwork.WeightBytes, denseNetwork.MultiplyAdds),
            new ModelQuality(top1[1], milliseconds[1], prunedNetwork.WeightBytes, prunedNetwork.MultiplyAdds));
    }

    // Where nothing is removed nothing is estimated: this is the dense network, run by the same kernels.
    private static SparseViTTransformer DenseNetwork(
        MLContext context, PruneModelSettings settings, IReadOnlyList<string> names, IEnumerable<LabelledImage> images,
        CancellationToken cancellationToken)
    {
        var classes = context.BlockPruning().MatchClasses(settings.NetworkPath, names, settings.TrainingOption.ClassOrder);
        return RetrainModel(context, context.Data.LoadFromEnumerable(images), classes, new BlockPruneEstimator.Options
        {
            ModelPath = settings.NetworkPath,
            ClassOrder = settings.TrainingOption.ClassOrder,
            Budget = PruneBudget.Flops(1),
            MaximumCalibrationImages = 1,
            ApplyOrientation = true,
            CancellationToken = cancellationToken,
        }).LastTransformer;
    }

    private static PrunedModel AsModel(MLContext context, SparseViTTransformer network)
    {
        string path = Path.GetTempFileName();
        try
        {
            SaveModel(context, network, path);
            return LoadModel(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // One image at a time, as an application would, decoding included; the models in turn, so that whatever else runs meets both.
    private static (double[] Top1, double[] Milliseconds) Score(
        PrunedModel[] models, IReadOnlyList<LabelledImage> images, StepLines steps, CancellationToken cancellationToken)
    {
        int[] right = new int[models.Length];
        List<double>[] times = [.. models.Select(_ => new List<double>())];
        for (int i = 0; i < images.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] file = ImageFile.ReadBytes(images[i].ImagePath);
            for (int m = 0; m < models.Length; m++)
            {
                long start = Stopwatch.GetTimestamp();
                string label = models[m].Predict(file).PredictedLabel;
                times[m].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                right[m] += label == images[i].Label ? 1 : 0;
            }

            steps.Report("Scoring, dense and pruned in turn", (i + 1.0) / images.Count);
        }

        return ([.. right.Select(count => (double)count / images.Count)], [.. times.Select(Median)]);
    }

    private static double Median(List<double> times)
    {
        double[] sorted = [.. times.Skip(times.Count > 2 * WarmUpImages ? WarmUpImages : 0).Take(TimedImages).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
