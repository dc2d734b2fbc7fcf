using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Benchmarks.Progress;

/// <summary>The time that this process has computed, which a busy machine does not stretch.</summary>
/// <remarks>With one thread it goes as the clock of an idle machine does.</remarks>
internal sealed class ProcessorTime : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.Ticks;
    }
}
