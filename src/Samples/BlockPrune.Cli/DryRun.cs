using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace BlockPrune.Cli;

/// <summary><c>blockprune prune --dry-run</c>: what a pruning would ask and take; nothing is pruned, nothing is written.</summary>
/// <param name="output">Takes the answer.</param>
/// <param name="context">Owns the data views.</param>
/// <param name="images">What would calibrate, and what the dense network is tried on where its classes are told.</param>
internal sealed class DryRun(CliOutput output, MLContext context, IImageSource images)
{
    /// <summary>Answers.</summary>
    /// <param name="options">Of the pruning.</param>
    /// <param name="limit">Test images at most; null: as many as for a comparison.</param>
    /// <param name="isTested">Whether there are test images.</param>
    /// <param name="isJson">Whether the answer is for programs.</param>
    /// <returns>1 where the budget cannot be met.</returns>
    public int Run(BlockPruneEstimator.Options options, int? limit, bool isTested, bool isJson)
    {
        using var dense = DenseOf(options);
        double? top1 = isTested && images.IsTestLabelled && images.TestCount > 0 ? Top1Of(dense, limit, options.CancellationToken) : null;
        var forecast = output.Steps(display =>
        {
            display.Report("Timing a sample", null);
            var told = context.Transforms.PruneBlocks(options).Forecast(
                images.Preparation.Fit(images.Calibration).Transform(images.Calibration), images.CalibrationCount);
            display.Report("Timing a sample", 1);
            return told;
        });
        int tested = top1 is null ? 0 : TestedOf(limit);
        if (isJson)
        {
            output.Json(new
            {
                DryRun = true,
                TestImages = tested,
                DenseTop1 = top1,
                forecast.DenseMultiplyAdds,
                forecast.DenseWeightBytes,
                forecast.Budgets,
                forecast.Unmet,
                forecast.Images,
                forecast.Seconds,
                forecast.PeakMemoryBytes,
                images.Classes,
                Preprocessing = dense.PreprocessingSteps,
            });
        }
        else
        {
            Write(forecast, top1, tested);
            output.Out.WriteLine($"  {NetworkWords.Classes(images.Classes)}");
            output.Out.WriteLine($"  {NetworkWords.Preprocessing(dense.PreprocessingSteps)}");
        }

        return forecast.Unmet is { } unmet ? throw new ArgumentException(unmet) : 0;
    }

    // Every block kept: the dense network as it is scored here, whatever calibrates.
    private SparseViTTransformer DenseOf(BlockPruneEstimator.Options options)
    {
        var one = context.Data.TakeRows(images.Calibration, 1);
        return images.Preparation.Append(context.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = options.ModelPath,
            NumHeads = options.NumHeads,
            ImageSize = options.ImageSize,
            ClassOrder = options.ClassOrder,
            Budget = PruneBudget.Flops(1),
            Block = options.Block,
            Refit = PruneRefit.None,
            ApplyOrientation = options.ApplyOrientation,
            MaximumPixels = options.MaximumPixels,
            CancellationToken = options.CancellationToken,
        })).Fit(one).LastTransformer;
    }

    private double Top1Of(SparseViTTransformer dense, int? limit, CancellationToken cancel)
    {
        var rows = images.Preparation.Fit(images.Calibration).Transform(ValidationRows.Of(context, images, limit));
        int[] answers = output.Steps(
            display => Answers.Of("Scoring the dense network", dense, rows, TestedOf(limit), display, cancel));
        return new AnswerCounts(images.Classes.Count, Answers.Labels(rows), answers).Top1;
    }

    private int TestedOf(int? limit) => Math.Min(images.TestCount, limit ?? ValidationRows.Most);

    private void Write(PruneForecast forecast, double? top1, int tested)
    {
        string accuracy = top1 is null ? "" : Text($"top-1 {100 * top1:F2} % of {tested} test images, ");
        output.Out.WriteLine("Dry run: nothing is pruned and nothing is written.");
        output.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  Dense network: {accuracy}{forecast.DenseMultiplyAdds / 1e6:F1} M multiply-adds per image, "
            + $"{forecast.DenseWeightBytes / 1e6:F2} MB of weights"));
        foreach (var budget in forecast.Budgets)
        {
            output.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  Asked: {budget.Keep} of the {budget.Unit}, {budget.Limit:N0} of {budget.Dense:N0}; "
                + $"the least that can be kept is {Math.Ceiling(budget.LeastKeep * 10_000) / 10_000}"));
        }

        if (forecast.Seconds is { } seconds)
        {
            string time = seconds < 60 ? Text($"{Math.Ceiling(seconds)} s") : Text($"{seconds / 60:F1} minutes");
            output.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  Expected: {time} and {forecast.PeakMemoryBytes / 1e9:F1} GB of memory with {forecast.Images} images; "
                + $"an estimate, the time from one layer pruned here with a few of them"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
