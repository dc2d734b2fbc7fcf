using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Shares the wall time out among stages: each lap belongs to the stage that ends it. One caller at a time.</summary>
internal sealed class StageClock(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly List<string> _order = [];
    private readonly Dictionary<string, TimeSpan> _spent = new(StringComparer.Ordinal);
    private long _lapStart = (time ?? TimeProvider.System).GetTimestamp();

    /// <summary>The stages so far, in the order in which they first ended a lap.</summary>
    public IReadOnlyList<StageReport> Stages =>
        [.. _order.Select(name => new StageReport { Name = name, Seconds = _spent[name].TotalSeconds })];

    /// <summary>Adds the time since the last lap to a stage.</summary>
    public void Lap(string stage)
    {
        long now = _time.GetTimestamp();
        if (_spent.TryAdd(stage, TimeSpan.Zero))
        {
            _order.Add(stage);
        }

        _spent[stage] += _time.GetElapsedTime(_lapStart, now);
        _lapStart = now;
    }
}
