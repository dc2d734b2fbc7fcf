using Spectre.Console;

namespace SampleKit;

/// <summary>Steps as moving bars on a terminal, with rate and time left.</summary>
internal sealed class LiveSteps : IStepDisplay
{
    // A container's terminal may begin with no size at all, and Spectre's bars end the process where they do not fit.
    private const int LeastHeight = 12;
    private const int LeastWidth = 40;

    private const int WideTerminal = 110;
    private const int WideBar = 24;
    private const int NarrowBar = 8;

    private readonly ProgressContext _context;
    private readonly StepRate _rate;
    private readonly ClockColumn _clocks;
    private readonly Dictionary<string, (ProgressTask Task, StepClock Clock)> _steps = [];

    private LiveSteps(ProgressContext context, StepRate rate, ClockColumn clocks)
    {
        _context = context;
        _rate = rate;
        _clocks = clocks;
    }

    /// <summary>Runs work below a set of bars, which stay on the screen when it ends; below lines where it has no room for bars.</summary>
    public static T Run<T>(IAnsiConsole console, Func<IStepDisplay, T> work)
    {
        if (!HasRoom(console))
        {
            return LineSteps.Run(console.WriteLine, work);
        }

        var (rate, clocks) = (new StepRate(), new ClockColumn());
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = console.Profile.Width < WideTerminal ? NarrowBar : WideBar },
                new PercentageColumn(),
                clocks,
                rate)
            .Start(context => work(new LiveSteps(context, rate, clocks)));
    }

    /// <summary>Whether a terminal is large enough for what is redrawn in place.</summary>
    public static bool HasRoom(IAnsiConsole console) => console.Profile.Height >= LeastHeight && console.Profile.Width >= LeastWidth;

    public void Report(string step, double? fraction)
    {
        var task = Begin(step, fraction);
        task.IsIndeterminate = fraction is null;
        Move(step, fraction, 1);
    }

    public void Report(string step, double done, double total, string unit)
    {
        var task = Begin(step, done / total);
        _rate.Counts(task, unit, done);
        Move(step, done, total);
    }

    public void Say(string step, string doing) => Begin(step, null).Description = Markup.Escape($"{step}: {doing}");

    private ProgressTask Begin(string step, double? share)
    {
        if (!_steps.TryGetValue(step, out var running) || (running.Clock.HasEnded && !(share >= 1)))
        {
            running = (_context.AddTask(Markup.Escape(step), maxValue: 1), new StepClock(TimeProvider.System, share));
            _clocks.Show(running.Task, running.Clock);
            _steps[step] = running;
        }

        return running.Task;
    }

    private void Move(string step, double? done, double total)
    {
        var (task, clock) = _steps[step];
        clock.Move(done / total);
        task.MaxValue = total;
        task.Value = done ?? 0;
        if (done >= total)
        {
            task.Description = Markup.Escape(step); // what it was at is over
            task.StopTask();
        }
    }
}
