using System.Diagnostics;
using Spectre.Console;

namespace SampleKit;

/// <summary>One plain line per finished step, for pipes and files.</summary>
internal sealed class LineSteps(IAnsiConsole console) : IStepDisplay
{
    private readonly Dictionary<string, Stopwatch> _running = [];

    public void Report(string step, double? fraction, string? detail = null)
    {
        if (!_running.TryGetValue(step, out var clock))
        {
            clock = Stopwatch.StartNew();
            _running.Add(step, clock);
        }

        if (fraction >= 1 && clock.IsRunning)
        {
            clock.Stop();
            console.WriteLine(FormattableString.Invariant($"{step}: {clock.Elapsed.TotalSeconds:F1} s"));
        }
    }
}
