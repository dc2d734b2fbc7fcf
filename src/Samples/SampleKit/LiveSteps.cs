using Spectre.Console;

namespace SampleKit;

/// <summary>Steps as moving bars on a terminal.</summary>
internal sealed class LiveSteps : IStepDisplay
{
    private readonly ProgressContext _context;
    private readonly Dictionary<string, ProgressTask> _tasks = [];

    private LiveSteps(ProgressContext context) => _context = context;

    /// <summary>Runs work below a set of bars, which stay on the screen when it ends.</summary>
    public static T Run<T>(IAnsiConsole console, Func<IStepDisplay, T> work) =>
        console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn())
            .Start(context => work(new LiveSteps(context)));

    public void Report(string step, double? fraction, string? detail = null)
    {
        if (!_tasks.TryGetValue(step, out var task))
        {
            task = _context.AddTask(step, maxValue: 1);
            _tasks.Add(step, task);
        }

        task.Description = Markup.Escape(detail is null ? step : $"{step}: {detail}");
        task.IsIndeterminate = fraction is null;
        task.Value = fraction ?? 0;
        if (fraction >= 1)
        {
            task.StopTask();
        }
    }
}
