using System.Diagnostics;
using Spectre.Console;

namespace SampleKit;

/// <summary>One plain line per finished step, for pipes and files.</summary>
internal sealed class LineSteps(IAnsiConsole console) : IStepDisplay
{
    private readonly Dictionary<string, Stopwatch> _running = [];

    // What was done when the first report came: the time before it is not known.
    private readonly Dictionary<string, double> _before = [];

    public void Report(string step, double? fraction)
    {
        if (Ends(step, fraction >= 1) is { } seconds)
        {
            console.WriteLine(FormattableString.Invariant($"{step}: {seconds:F1} s"));
        }
    }

    public void Report(string step, double done, double total, string unit)
    {
        if (!_running.ContainsKey(step))
        {
            _before[step] = done;
        }

        if (Ends(step, done >= total) is not { } seconds)
        {
            return;
        }

        double counted = total - _before[step];
        if (counted > 0)
        {
            console.WriteLine(FormattableString.Invariant($"{step}: {seconds:F1} s, {StepRate.Format(counted / seconds, unit)}"));
        }
        else
        {
            console.WriteLine($"{step}: done"); // told once, at its end: nobody saw it begin
        }
    }

    public void Say(string step, string doing)
    {
    }

    private double? Ends(string step, bool isDone)
    {
        if (!_running.TryGetValue(step, out var clock))
        {
            clock = Stopwatch.StartNew();
            _running.Add(step, clock);
        }

        if (!isDone || !clock.IsRunning)
        {
            return null;
        }

        clock.Stop();
        return clock.Elapsed.TotalSeconds;
    }
}
