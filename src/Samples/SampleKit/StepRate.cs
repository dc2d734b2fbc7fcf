using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SampleKit;

/// <summary>The column of a bar that says how many parts a second are done.</summary>
internal sealed class StepRate : ProgressColumn
{
    // By the bars' numbers; read by the thread that draws.
    private readonly ConcurrentDictionary<int, (string Unit, double Before)> _counted = [];

    protected override bool NoWrap => true;

    /// <summary>Marks a bar as counting something.</summary>
    /// <param name="task">The bar.</param>
    /// <param name="unit">What it counts.</param>
    /// <param name="before">What was done before it appeared, in a time that is not known; the first call's is kept.</param>
    public void Counts(ProgressTask task, string unit, double before) => _counted.TryAdd(task.Id, (unit, before));

    /// <summary>Three digits at least; by the minute what takes more than ten seconds each.</summary>
    public static string Format(double perSecond, string unit) => perSecond is < 0.1 and > 0
        ? $"{Digits(60 * perSecond)} {unit}/min"
        : $"{Digits(perSecond)} {unit}/s";

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        _counted.TryGetValue(task.Id, out var counted) && task.Value > counted.Before && task.ElapsedTime is { TotalSeconds: > 0 } elapsed
            ? new Text(Format((task.Value - counted.Before) / elapsed.TotalSeconds, counted.Unit))
            : Text.Empty;

    private static string Digits(double rate) =>
        rate.ToString(rate >= 100 ? "F0" : rate >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
