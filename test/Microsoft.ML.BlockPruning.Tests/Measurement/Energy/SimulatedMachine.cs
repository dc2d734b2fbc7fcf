using Microsoft.ML.BlockPruning.Measurement.Energy;

namespace Microsoft.ML.BlockPruning.Tests.Measurement.Energy;

/// <summary>A machine whose clock and whose energy follow from what it is told to do.</summary>
internal sealed class SimulatedMachine(double idleWatts) : TimeProvider, IEnergyCounter
{
    private TimeSpan _now;
    private double _joules = 123;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public double ReadJoules() => _joules;

    /// <summary>Lets time pass and takes energy besides the idle machine's.</summary>
    public void Work(TimeSpan duration, double joules)
    {
        _now += duration;
        _joules += (idleWatts * duration.TotalSeconds) + joules;
    }
}
