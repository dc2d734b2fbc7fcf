namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>How a run of the tool went.</summary>
/// <param name="Seconds">Wall time of the process.</param>
/// <param name="PeakMegabytes">Most resident memory of tool and children together, looked at every 20 ms, of 2^20 bytes each.</param>
/// <param name="ExitCode">137 after SIGKILL.</param>
internal sealed record ToolRun(double Seconds, double PeakMegabytes, int ExitCode);
