namespace Microsoft.ML.BlockPruning.Sweeps.Workers;

/// <summary>What a subject's network and images do not say.</summary>
internal sealed record SubjectFacts(
    int Calibration, int[]? CalibrationLabels, int Validation, int[]? ValidationLabels, long Seed, int Threads);
