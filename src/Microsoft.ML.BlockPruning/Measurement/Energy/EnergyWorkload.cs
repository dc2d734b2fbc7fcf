namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>Work of one kind.</summary>
/// <param name="Units">Multiply-adds, or bytes read, of one run.</param>
/// <param name="Run">Does it once, a few milliseconds.</param>
internal sealed record EnergyWorkload(double Units, Action Run);
