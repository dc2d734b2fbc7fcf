using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SampleKit;

/// <summary>The column of a bar that says how long it has taken and about how long it will.</summary>
internal sealed class ClockColumn : ProgressColumn
{
    // By the bars' numbers; read by the thread that draws.
    private readonly ConcurrentDictionary<int, StepClock> _clocks = [];

    /// <summary>Gives a bar its clock.</summary>
    public void Show(ProgressTask task, StepClock clock) => _clocks[task.Id] = clock;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        _clocks.TryGetValue(task.Id, out var clock) ? new Text(clock.ToString()) : Text.Empty;
}
