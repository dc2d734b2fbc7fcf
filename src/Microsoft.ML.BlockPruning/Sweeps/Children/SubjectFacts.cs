using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>What a subject's network and images do not say.</summary>
internal sealed record SubjectFacts(
    int Calibration, int Validation, long Seed, int Threads, int[]? CalibrationLabels = null, int[]? ValidationLabels = null,
    NetworkFacts? Facts = null);
