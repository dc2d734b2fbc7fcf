namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>Milliseconds of one layer between two events, f16.</summary>
/// <param name="Case">The layer.</param>
/// <param name="Median">Of the runs.</param>
/// <param name="Fast">A tenth of the runs take less.</param>
/// <param name="Slow">A tenth of the runs take more.</param>
internal sealed record GpuTiming(TimingCase Case, double Median, double Fast, double Slow);
