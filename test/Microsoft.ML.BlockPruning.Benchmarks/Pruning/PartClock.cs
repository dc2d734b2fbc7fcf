using System.Diagnostics;
using Microsoft.ML.BlockPruning.Calibration;

namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>Adds up what the parts of a pruning take, while it is not disposed.</summary>
/// <remarks>Processor time is the process's, of all its threads: the wall clock tells nothing of a busy machine.</remarks>
internal sealed class PartClock : IDisposable
{
    private readonly Dictionary<string, (double Seconds, double Processor)> _spent = new(StringComparer.Ordinal);
    private readonly ActivityListener _listener;
    private TimeSpan _processor;

    public PartClock()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == PruneActivity.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = _ => _processor = Environment.CpuUsage.TotalTime,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Seconds of each part so far, in the order in which they first ended.</summary>
    public IReadOnlyList<PartRow> Parts =>
        [.. _spent.Select(part => new PartRow(part.Key, Math.Round(part.Value.Seconds, 2), Math.Round(part.Value.Processor, 2)))];

    public void Dispose() => _listener.Dispose();

    // No part lies within another, so the last one that started is the one that stops.
    private void Add(Activity part)
    {
        var (seconds, processor) = _spent.GetValueOrDefault(part.OperationName);
        _spent[part.OperationName] = (
            seconds + part.Duration.TotalSeconds, processor + (Environment.CpuUsage.TotalTime - _processor).TotalSeconds);
    }
}

/// <summary>What one part of a pruning took.</summary>
/// <param name="Part">Name of a <see cref="PrunePart"/>.</param>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ProcessorSeconds">Of all threads.</param>
internal sealed record PartRow(string Part, double Seconds, double ProcessorSeconds);
