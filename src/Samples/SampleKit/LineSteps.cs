namespace SampleKit;

/// <summary>Steps as plain lines, for pipes and files: one now and then while a step runs, one at its end.</summary>
internal sealed class LineSteps : IStepDisplay, IDisposable
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Action<string> _writeLine;
    private readonly TimeSpan _short;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Step> _steps = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private Step? _last;
    private long _lastLine;

    /// <summary>Begins to look at the clock.</summary>
    /// <param name="writeLine">Takes the lines, from any thread but one at a time.</param>
    /// <param name="shortSteps">Steps below this time end without a line; zero: none does.</param>
    /// <param name="time">The clock; the system's unless given.</param>
    public LineSteps(Action<string> writeLine, TimeSpan shortSteps = default, TimeProvider? time = null)
    {
        (_writeLine, _short, _time) = (writeLine, shortSteps, time ?? TimeProvider.System);
        _lastLine = _time.GetTimestamp();
        _timer = _time.CreateTimer(_ => Look(), null, BetweenLooks, BetweenLooks);
    }

    /// <summary>Runs work that shows its steps as lines.</summary>
    /// <inheritdoc cref="LineSteps(Action{string}, TimeSpan, TimeProvider?)"/>
    public static T Run<T>(Action<string> writeLine, Func<IStepDisplay, T> work, TimeSpan shortSteps = default)
    {
        using var steps = new LineSteps(writeLine, shortSteps);
        return work(steps);
    }

    public void Report(string step, double? fraction)
    {
        lock (_gate)
        {
            var running = Begin(step, fraction);
            running.Fraction = fraction;
            if (Ends(running, fraction))
            {
                Write(FormattableString.Invariant($"{step}: {running.Clock.Elapsed.TotalSeconds:F1} s"));
            }
        }
    }

    public void Report(string step, double done, double total, string unit)
    {
        lock (_gate)
        {
            var running = Begin(step, done / total);
            running.Before ??= done;
            running.Fraction = done / total;
            if (!Ends(running, done / total))
            {
                return;
            }

            double counted = total - running.Before.Value, seconds = running.Clock.Elapsed.TotalSeconds;
            Write(counted > 0
                ? FormattableString.Invariant($"{step}: {seconds:F1} s, {StepRate.Format(counted / seconds, unit)}")
                : $"{step}: done"); // told once, at its end: nobody saw it begin
        }
    }

    public void Say(string step, string doing)
    {
        lock (_gate)
        {
            Begin(step, null).Doing = doing;
        }
    }

    public void Dispose() => _timer.Dispose();

    private Step Begin(string step, double? share)
    {
        if (!_steps.TryGetValue(step, out var running) || (running.Clock.HasEnded && !(share >= 1)))
        {
            running = new Step(step, new StepClock(_time, share));
            _steps[step] = running;
        }

        _last = running;
        return running;
    }

    private bool Ends(Step running, double? share)
    {
        bool hadEnded = running.Clock.HasEnded;
        running.Clock.Move(share);
        return !hadEnded && running.Clock.HasEnded && (running.IsNamed || running.Clock.Elapsed >= _short);
    }

    // Of the step that was last heard of, where it has been silent for long: one that stands still says so too.
    private void Look()
    {
        lock (_gate)
        {
            if (_last is { Clock.HasEnded: false } step && _time.GetElapsedTime(_lastLine) >= BetweenLines
                && step.Clock.Elapsed >= BetweenLooks)
            {
                string doing = step.Doing is { } words ? $" ({words})" : "";
                string share = step.Fraction is { } fraction ? FormattableString.Invariant($"{100 * fraction:F0} %, ") : "";
                step.IsNamed = true;
                Write($"{step.Name}{doing}: {share}{step.Clock}");
            }
        }
    }

    private void Write(string line)
    {
        _lastLine = _time.GetTimestamp();
        _writeLine(line);
    }

    private sealed class Step(string name, StepClock clock)
    {
        public string Name => name;

        public StepClock Clock => clock;

        public double? Fraction { get; set; }

        public string? Doing { get; set; }

        /// <summary>What was done when the first report came: the time before it is not known.</summary>
        public double? Before { get; set; }

        /// <summary>Whether a line has told of it, so that its end is told too.</summary>
        public bool IsNamed { get; set; }
    }
}
