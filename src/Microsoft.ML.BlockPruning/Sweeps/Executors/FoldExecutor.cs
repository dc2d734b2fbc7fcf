using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>
/// Cross-validation: runs a trial once for each fold, pruned on the other folds' images and judged on its own, and tells the means.
/// </summary>
/// <param name="folds">One executor for each, and the images that it judges on.</param>
/// <remarks>
/// Accuracy, its standard error and KL are over all images, each of which is judged once; multiply-adds, bytes and
/// milliseconds are means over the folds,
/// whose plans differ by a block or so. Cost: as many trials as folds. A trial fails where one of its folds does.
/// </remarks>
internal sealed class FoldExecutor(IReadOnlyList<(ITrialExecutor Executor, int Images)> folds) : ITrialExecutor
{
    public double DenseTop1 => MeanOverImages(folds.Select(fold => fold.Executor.DenseTop1));

    /// <summary>Of the fold that has the fewest.</summary>
    public int CalibrationImages => folds.Min(fold => fold.Executor.CalibrationImages);

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        TrialResult[] results = [.. folds.Select(fold => fold.Executor.Run(trial, onProgress, cancellationToken).Result)];
        return new TrialOutcome(
            new TrialResult
            {
                Keep = trial.Keep,
                Block = trial.Block,
                Criterion = trial.Criterion,
                Refit = trial.Refit,
                FineTuneEpochs = trial.FineTuneEpochs,
                CalibrationImages = trial.CalibrationImages,
                Status = TrialStatus.Completed,
                Top1 = MeanOverImages(results.Select(result => result.Top1!.Value)),
                Top1Agreement = results.All(result => result.Top1Agreement is not null)
                    ? MeanOverImages(results.Select(result => result.Top1Agreement!.Value)) : null,
                Top1StandardError = results.All(result => result.Top1StandardError is not null) ? ErrorOverImages(results) : null,
                Kl = MeanOverImages(results.Select(result => result.Kl!.Value)),
                ImageKl = results.All(result => result.ImageKl is not null)
                    ? ImageSample.Of([.. results.SelectMany(result => result.ImageKl!).Select(kl => (double)kl)]) : null,
                MultiplyAdds = (long)Math.Round(results.Average(result => (double)result.MultiplyAdds!.Value)),
                Bytes = (long)Math.Round(results.Average(result => (double)result.Bytes!.Value)),
                Milliseconds = results.Average(result => result.Milliseconds!.Value),
                Seconds = results.Sum(result => result.Seconds),
            });
    }

    public void Dispose()
    {
        foreach (var (executor, _) in folds)
        {
            executor.Dispose();
        }
    }

    // Of the paired differences of all images, as if there were no folds: errors within folds would leave out how folds differ.
    private double ErrorOverImages(IReadOnlyList<TrialResult> results)
    {
        double images = folds.Sum(fold => fold.Images);
        double differing = folds.Zip(results, DifferingOf).Sum();
        double mean = MeanOverImages(folds.Zip(results, (fold, result) => result.Top1!.Value - fold.Executor.DenseTop1));
        return Math.Sqrt(Math.Max((differing / images) - (mean * mean), 0) / images);
    }

    // How many images one network alone finds: the fold's error is √((b + c) / n − ((b − c) / n)²) / √n, solved for the count b + c.
    private static double DifferingOf((ITrialExecutor Executor, int Images) fold, TrialResult result)
    {
        double mean = result.Top1!.Value - fold.Executor.DenseTop1;
        double error = result.Top1StandardError!.Value;
        return Math.Round(fold.Images * ((error * error * fold.Images) + (mean * mean)));
    }

    private double MeanOverImages(IEnumerable<double> values) =>
        folds.Zip(values, (fold, value) => fold.Images * value).Sum() / folds.Sum(fold => fold.Images);
}
