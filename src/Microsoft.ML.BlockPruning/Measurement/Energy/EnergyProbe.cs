namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>Energy of a unit of work on this machine: what the counter shows above the idle machine, divided by the work done.</summary>
/// <param name="counter">Counts joules.</param>
/// <param name="time">Tells how long.</param>
/// <param name="rest">Lets the machine idle for so long.</param>
/// <param name="duration">How long each of the measurements takes: so long that the counter's steps do not show.</param>
internal sealed class EnergyProbe(IEnergyCounter counter, TimeProvider time, Action<TimeSpan> rest, TimeSpan duration)
{
    private const double Pico = 1e12;

    /// <summary>Watts of the machine at rest.</summary>
    public double IdleWatts()
    {
        var (joules, seconds) = Measure(() => rest(duration));
        return joules / seconds;
    }

    /// <summary>pJ of one unit.</summary>
    /// <param name="workload">What to do, again and again.</param>
    /// <param name="idleWatts">What the machine takes without it.</param>
    /// <param name="onRun">Called after each run; it may throw to cancel.</param>
    /// <returns>Null where the counter does not rise above the idle machine: it counts something else, or not at all.</returns>
    public double? PicojoulesPerUnit(EnergyWorkload workload, double idleWatts, Action onRun)
    {
        workload.Run(); // jitted, in the caches
        long runs = 0;
        var (joules, seconds) = Measure(() =>
        {
            long start = time.GetTimestamp();
            while (time.GetElapsedTime(start) < duration)
            {
                workload.Run();
                runs++;
                onRun();
            }
        });
        double spent = joules - (idleWatts * seconds);
        return spent > 0 ? spent * Pico / (runs * workload.Units) : null;
    }

    private (double Joules, double Seconds) Measure(Action work)
    {
        double before = counter.ReadJoules();
        long start = time.GetTimestamp();
        work();
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        return (counter.ReadJoules() - before, seconds);
    }
}
