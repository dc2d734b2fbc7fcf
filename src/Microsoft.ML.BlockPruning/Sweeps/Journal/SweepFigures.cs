using System.Globalization;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>Holds figures that come from a file against what they can be.</summary>
internal static class SweepFigures
{
    // A divergence is not below zero but for the rounding of its sums.
    private const double LeastKl = -1e-3;

    /// <exception cref="JsonException">A figure is out of its range, or a completed trial lacks one.</exception>
    public static void Check(TrialResult result)
    {
        Require("keep", result.Keep, result.Keep is > 0 and <= 1, "above 0 and at most 1");
        Require("fineTuneEpochs", result.FineTuneEpochs, result.FineTuneEpochs >= 0, "0 or more");
        Require("calibrationImages", result.CalibrationImages, result.CalibrationImages is null or > 0, "1 or more");
        Require("seconds", result.Seconds, result.Seconds is >= 0 and < double.PositiveInfinity, "0 or more");
        Require("kl", result.Kl, result.Kl is null or (>= LeastKl and < double.PositiveInfinity), "0 or more");
        Require("top1Agreement", result.Top1Agreement, result.Top1Agreement is null or (>= 0 and <= 1), "0 to 1");
        Require("top1StandardError", result.Top1StandardError, result.Top1StandardError is null or (>= 0 and <= 1), "0 to 1");
        CheckImages(result.ImageKl);
        Require("block", result.Block, WeightsOf(result.Block) <= Array.MaxLength, $"at most {Array.MaxLength} weights");
        CheckCosts(result.Top1, result.MultiplyAdds, result.Bytes, result.Milliseconds);
        bool isWhole = result is { Top1: not null, Kl: not null, MultiplyAdds: not null, Bytes: not null, Milliseconds: not null };
        if (result.IsCompleted && !isWhole)
        {
            throw new JsonException("a completed trial lacks one of top1, kl, multiplyAdds, bytes and milliseconds");
        }

        if (result is { Status: TrialStatus.Stopped, StopReason: null })
        {
            throw new JsonException("a stopped trial lacks its stopReason");
        }
    }

    /// <exception cref="JsonException">A figure is out of its range.</exception>
    public static void Check(ReferencePoint point)
    {
        Require("images", point.Images, point.Images is null or >= 0, "0 or more");
        CheckCosts(point.Top1, point.MultiplyAdds, point.Bytes, point.Milliseconds);
    }

    /// <exception cref="JsonException">It is none.</exception>
    public static void CheckFraction(string name, double value) => Require(name, value, value is >= 0 and <= 1, "0 to 1");

    // A block is no larger than a weight, which is one array.
    private static long WeightsOf(BlockShape block) => (long)block.Height * block.Width;

    private static void CheckImages(IReadOnlyList<float>? divergences)
    {
        int? count = divergences?.Count;
        Require("the number of imageKl", count, count is null or (> 0 and <= ImageSample.Most), $"1 to {ImageSample.Most}");
        foreach (float kl in divergences ?? [])
        {
            Require("an imageKl", kl, kl is >= (float)LeastKl and < float.PositiveInfinity, "0 or more");
        }
    }

    private static void CheckCosts(double? top1, long? multiplyAdds, long? bytes, double? milliseconds)
    {
        Require("top1", top1, top1 is null or (>= 0 and <= 1), "0 to 1");
        Require("multiplyAdds", multiplyAdds, multiplyAdds is null or >= 0, "0 or more");
        Require("bytes", bytes, bytes is null or >= 0, "0 or more");
        Require("milliseconds", milliseconds, milliseconds is null or (>= 0 and < double.PositiveInfinity), "0 or more");
    }

    private static void Require(string name, object? found, bool holds, string expected)
    {
        if (!holds)
        {
            throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"{name} is {found}, expected {expected}"));
        }
    }
}
