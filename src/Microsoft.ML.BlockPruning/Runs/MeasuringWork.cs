using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>The steps of <see cref="ReportBuilder.Measure"/>, in multiply-adds.</summary>
internal static class MeasuringWork
{
    // Of the networks and of each shape of layers: jitted, how often to repeat, and the rounds.
    private const int Runs = 3;

    /// <summary>The steps as they are reported: each at its beginning, when the one before it is done.</summary>
    /// <param name="pruned">The pruned network.</param>
    /// <param name="images">What was read.</param>
    /// <param name="hasOutcome">Whether there is a budget of time, whose outcome is measured.</param>
    public static WorkSchedule Of(SparseViT pruned, CalibrationImages images, bool hasOutcome)
    {
        double dense = new NetworkCost(pruned.Spec).TotalMultiplyAdds, both = dense + pruned.MultiplyAdds;
        var work = new WorkSchedule().Add(1, SetLogits.BatchSize * both);
        if (images.HeldOut is { Count: var count })
        {
            work.Add(OfAnswers(pruned, count));
        }

        AddSamples(work, ProbeEffort.Report.Rounds, both);
        var shapes = pruned.Spec.PrunableLinears.GroupBy(layer => (layer.OutFeatures, layer.InFeatures, layer.Tokens));
        foreach (var shape in shapes)
        {
            work.Add(1, (Runs + ProbeEffort.Report.Rounds) * shape.Sum(LayerWork.Forward));
        }

        if (hasOutcome)
        {
            AddSamples(work, ProbeEffort.MostRounds, both);
        }

        return work;
    }

    /// <summary>The batches of the dense and of the pruned network that score some images.</summary>
    public static WorkSchedule OfAnswers(SparseViT pruned, int images)
    {
        var work = new WorkSchedule();
        AddBatches(work, images, new NetworkCost(pruned.Spec).TotalMultiplyAdds);
        AddBatches(work, images, pruned.MultiplyAdds);
        return work;
    }

    private static void AddBatches(WorkSchedule work, int images, double workOfImage)
    {
        for (int first = 0; first < images; first += SetLogits.BatchSize)
        {
            work.Add(1, Math.Min(SetLogits.BatchSize, images - first) * workOfImage);
        }
    }

    private static void AddSamples(WorkSchedule work, int rounds, double both) =>
        work.Add(4, Runs * both / 4).Add(2 * rounds, both / 2);
}
