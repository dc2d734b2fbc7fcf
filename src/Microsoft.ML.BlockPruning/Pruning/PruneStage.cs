namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>The stages of pruning, in order.</summary>
public enum PruneStage
{
    /// <summary>Reading the images; steps are images, of which a stream does not say how many it has.</summary>
    Reading,

    /// <summary>Forward and backward over the calibration images; steps are batches.</summary>
    Calibrating,

    /// <summary>Rating every block; steps are row strips.</summary>
    Scoring,

    /// <summary>Choosing the blocks that stay within the budget.</summary>
    Allocating,

    /// <summary>Fitting the kept weights to the dense network's outputs; steps are batches and row strips.</summary>
    Refitting,

    /// <summary>Training the kept weights further, where that is asked for; steps are the optimizer's.</summary>
    FineTuning,

    /// <summary>Comparing and timing both networks for the report.</summary>
    Measuring,
}
