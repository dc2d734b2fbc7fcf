using System.Diagnostics;
using Spectre.Console;

namespace SampleKit;

/// <summary>One plain line per finished step, for pipes and files.</summary>
internal sealed class LineSteps(IAnsiConsole console) : IStepDisplay
{
    private readonly Dictionary<string, Stopwatch> _running = [];

    public void Report(string step, double? fraction)
    {
        if (Ends(step, fraction >= 1) is { } seconds)
        {
            console.WriteLine(FormattableString.Invariant($"{step}: {seconds:F1} s"));
        }
    }

    public void Report(string step, double done, double total, string unit)
    {
        if (Ends(step, done >= total) is { } seconds)
        {
            console.WriteLine(FormattableString.Invariant($"{step}: {seconds:F1} s, {StepRate.Format(total / seconds)} {unit}/s"));
        }
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
