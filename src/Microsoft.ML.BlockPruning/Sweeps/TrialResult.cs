using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What one trial of a sweep found. Immutable; a line of the journal.</summary>
/// <remarks>All figures are the same for the same data and seed, times apart.</remarks>
public sealed class TrialResult
{
    /// <summary>Fraction of the dense network's total that was asked for, in (0, 1]: of the multiply-adds, unless told otherwise.</summary>
    public required double Keep { get; init; }

    /// <summary>The weight tile, height x width.</summary>
    public required BlockShape Block { get; init; }

    /// <summary>What rated the blocks.</summary>
    public required PruneCriterion Criterion { get; init; }

    /// <summary>How kept weights made up for the others. Compare figures of one refit alone.</summary>
    public required PruneRefit Refit { get; init; }

    /// <summary>Passes of fine-tuning after the refit; 0: none.</summary>
    public int FineTuneEpochs { get; init; }

    /// <summary>How many of the calibration images the trial saw; null: all. With fewer it is a preliminary round, on no front.</summary>
    public int? CalibrationImages { get; init; }

    /// <summary>How it ended.</summary>
    public required TrialStatus Status { get; init; }

    /// <summary>Fraction of the validation images, in [0, 1], whose class the pruned network finds; null unless completed.</summary>
    public double? Top1 { get; init; }

    /// <summary>Fraction of the validation images, in [0, 1], whose best class is the dense network's; null where not known.</summary>
    public double? Top1Agreement { get; init; }

    /// <summary>
    /// Standard error of <see cref="Top1"/> less the dense network's, a fraction: √((b + c) / n − ((b − c) / n)²) / √n, where of n images
    /// b are right in the pruned network alone and c in the dense one alone. Null where it is not known.
    /// </summary>
    /// <remarks>Both networks see the same images, so it is far smaller than that of either accuracy by itself.</remarks>
    public double? Top1StandardError { get; init; }

    /// <summary>KL(dense ‖ pruned) of the softmax outputs on the validation images, nats per image; null unless completed.</summary>
    public double? Kl { get; init; }

    /// <summary>
    /// KL(dense ‖ pruned) in nats of some validation images, at most 128, spread evenly over all; null where not known. The same images in
    /// every trial of a sweep, for tests of pairs.
    /// </summary>
    public IReadOnlyList<float>? ImageKl { get; init; }

    /// <summary>Multiply-adds of one image; null unless completed.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Bytes of the kept weights and their indices; null unless completed.</summary>
    public long? Bytes { get; init; }

    /// <summary>Milliseconds of one image at batch 1, the lower quartile of several rounds where it ran; null unless completed.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Wall time of the trial in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>What went wrong; null where nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>Why it was not run, where it was stopped early: the trial that is better, and how sure that is; else null.</summary>
    public string? StopReason { get; init; }

    /// <summary>What was tried.</summary>
    [JsonIgnore]
    public Trial Trial => new(Keep, Block, Criterion, Refit, FineTuneEpochs, CalibrationImages);

    internal bool IsCompleted => Status == TrialStatus.Completed;

    internal bool IsOnAllImages => IsCompleted && CalibrationImages is null;

    internal static TrialResult FailureOf(Trial trial, string error, double seconds) =>
        WithoutFigures(trial, TrialStatus.Failed, seconds, error, stopReason: null);

    internal static TrialResult StoppedOf(Trial trial, string reason) =>
        WithoutFigures(trial, TrialStatus.Stopped, seconds: 0, error: null, reason);

    private static TrialResult WithoutFigures(Trial trial, TrialStatus status, double seconds, string? error, string? stopReason) => new()
    {
        Keep = trial.Keep,
        Block = trial.Block,
        Criterion = trial.Criterion,
        Refit = trial.Refit,
        FineTuneEpochs = trial.FineTuneEpochs,
        CalibrationImages = trial.CalibrationImages,
        Status = status,
        Seconds = seconds,
        Error = error,
        StopReason = stopReason,
    };
}
