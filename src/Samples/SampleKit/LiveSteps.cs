using Spectre.Console;

namespace SampleKit;

/// <summary>Steps as moving bars on a terminal, with rate and time left.</summary>
internal sealed class LiveSteps : IStepDisplay
{
    // A container's terminal may begin with no size at all, and Spectre's bars end the process where they do not fit.
    private const int LeastHeight = 12;
    private const int LeastWidth = 40;

    private readonly ProgressContext _context;
    private readonly StepRate _rate;
    private readonly Dictionary<string, ProgressTask> _tasks = [];

    private LiveSteps(ProgressContext context, StepRate rate)
    {
        _context = context;
        _rate = rate;
    }

    /// <summary>Runs work below a set of bars, which stay on the screen when it ends; below lines where it has no room for bars.</summary>
    public static T Run<T>(IAnsiConsole console, Func<IStepDisplay, T> work)
    {
        if (console.Profile.Height < LeastHeight || console.Profile.Width < LeastWidth)
        {
            return work(new LineSteps(console));
        }

        var rate = new StepRate();
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn(),
                rate)
            .Start(context => work(new LiveSteps(context, rate)));
    }

    public void Report(string step, double? fraction)
    {
        var task = TaskOf(step);
        task.IsIndeterminate = fraction is null;
        Move(step, fraction ?? 0, 1);
    }

    public void Report(string step, double done, double total, string unit)
    {
        var task = TaskOf(step);
        _rate.Counts(task, unit, done);
        Move(step, done, total);
    }

    public void Say(string step, string doing) => TaskOf(step).Description = Markup.Escape($"{step}: {doing}");

    private ProgressTask TaskOf(string step)
    {
        if (!_tasks.TryGetValue(step, out var task))
        {
            task = _context.AddTask(Markup.Escape(step), maxValue: 1);
            _tasks.Add(step, task);
        }

        return task;
    }

    private void Move(string step, double done, double total)
    {
        var task = TaskOf(step);
        task.MaxValue = total;
        task.Value = done;
        if (done >= total)
        {
            task.Description = Markup.Escape(step); // what it was at is over
            task.StopTask();
        }
    }
}
