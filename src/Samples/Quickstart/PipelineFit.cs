using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Pruning;

namespace Quickstart;

/// <summary>Fits the pipeline: prepare the columns, prune the network, score.</summary>
internal sealed class PipelineFit(MLContext context, IImageSource images, QuickstartOptions options, string modelPath)
{
    private const int HeldOutImages = 256;

    /// <summary>Prunes to the budget.</summary>
    /// <param name="keep">Fraction of the dense multiply-adds to keep; 1: the dense network in the same execution.</param>
    /// <param name="progress">Told how far it is; null: nobody.</param>
    /// <param name="cancel">Ends the fit at the next batch.</param>
    /// <param name="seconds">Wall time of calibration and pruning together.</param>
    public FittedModel Fit(double keep, IProgress<PruneProgress>? progress, CancellationToken cancel, out double seconds)
    {
        var clock = Stopwatch.StartNew();
        var pipeline = images.Preparation.Append(context.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = modelPath,
            ClassOrder = images.ClassOrder,
            ProbabilityColumnName = nameof(ScoreRow.Probability),
            Block = options.Block,
            Budget = PruneBudget.Flops(keep),
            NumberOfThreads = options.Threads,
            ValidationSet = keep < 1 ? HeldOut() : null,
            Progress = progress,
            CancellationToken = cancel,
        }));
        var fitted = pipeline.Fit(images.Calibration);
        seconds = clock.Elapsed.TotalSeconds;
        return new FittedModel(context, fitted);
    }

    // Test images for the report's KL; no step of pruning sees them. They lie in order of their classes.
    private IDataView HeldOut() => images.Preparation.Fit(images.Calibration)
        .Transform(context.Data.TakeRows(images.ShuffledTest(options.Seed), HeldOutImages));
}
