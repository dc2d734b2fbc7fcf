using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>How far a sweep has come: told when a trial starts, as it goes on, and when it is finished.</summary>
public sealed class SweepProgress
{
    internal SweepProgress(Trial trial, int finished, int? total)
    {
        Keep = trial.Keep;
        Block = trial.Block;
        Criterion = trial.Criterion;
        Refit = trial.Refit;
        FineTuneEpochs = trial.FineTuneEpochs;
        CalibrationImages = trial.CalibrationImages;
        Finished = finished;
        Total = total;
    }

    /// <summary>The trial's kept fraction: of the multiply-adds, unless the search space names another budget.</summary>
    public double Keep { get; }

    /// <summary>The trial's weight tile.</summary>
    public BlockShape Block { get; }

    /// <summary>What rates the trial's blocks.</summary>
    public PruneCriterion Criterion { get; }

    /// <summary>How the trial's kept weights make up for the others.</summary>
    public PruneRefit Refit { get; }

    /// <summary>The trial's passes of fine-tuning after the refit; 0: none.</summary>
    public int FineTuneEpochs { get; }

    /// <summary>How many of the calibration images the trial sees; null: all.</summary>
    public int? CalibrationImages { get; }

    /// <summary>Whether this is the recommended trial run once more with the final refit, after all trials.</summary>
    public bool IsFinal { get; internal init; }

    /// <summary>The worker that runs the trial, from 1; null where trials run one after the other, and at the trial's end.</summary>
    public int? Worker { get; internal init; }

    /// <summary>Trials that are finished, this one included once <see cref="Result"/> is there.</summary>
    public int Finished { get; }

    /// <summary>Trials of the whole sweep; null where the tuner cannot tell.</summary>
    public int? Total { get; }

    /// <summary>How far the trial's pruning has come; null at its start and end.</summary>
    public PruneProgress? Pruning { get; internal init; }

    /// <summary>What the trial found; null while it runs.</summary>
    public TrialResult? Result { get; internal init; }

    /// <summary>Whether the result comes from the journal, not from this run.</summary>
    public bool IsFromJournal { get; internal init; }
}
