namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>What a tuner goes by.</summary>
/// <param name="Space">What there is to choose from.</param>
/// <param name="DenseTop1">Fraction of the validation images, in [0, 1], whose class the dense network finds.</param>
/// <param name="CalibrationImages">How many there are.</param>
/// <param name="Finished">The trials so far.</param>
internal sealed record TunerState(
    SweepSpace Space, double DenseTop1, int CalibrationImages, IReadOnlyDictionary<Trial, TrialResult> Finished);
