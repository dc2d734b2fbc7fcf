using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SampleKit;

/// <summary>The column of a bar that says how many parts a second are done.</summary>
internal sealed class StepRate : ProgressColumn
{
    // By the bars' numbers; read by the thread that draws.
    private readonly ConcurrentDictionary<int, string> _units = [];

    protected override bool NoWrap => true;

    /// <summary>Marks a bar as counting something.</summary>
    public void Counts(ProgressTask task, string unit) => _units[task.Id] = unit;

    /// <summary>Three digits at least.</summary>
    public static string Format(double perSecond) => perSecond.ToString(
        perSecond >= 100 ? "F0" : perSecond >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        _units.TryGetValue(task.Id, out string? unit) && task.ElapsedTime is { TotalSeconds: > 0 } elapsed
            ? new Text($"{Format(task.Value / elapsed.TotalSeconds)} {unit}/s")
            : Text.Empty;
}
