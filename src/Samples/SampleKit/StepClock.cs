using System.Globalization;

namespace SampleKit;

/// <summary>How long a step has taken, and about how long it will: safe to move and to read from different threads.</summary>
/// <remarks>
/// What is done is taken to be in proportion to the time. What was done when it was first told took a time that is not known, so the rest
/// is reckoned by what has been done since.
/// </remarks>
internal sealed class StepClock
{
    // Before so much of what is left was seen done, one slow part could say anything.
    private const double LeastEvidence = 0.02;

    private readonly TimeProvider _time;
    private readonly long _start;
    private double _before;
    private readonly Lock _gate = new();
    private double? _share;
    private TimeSpan _told; // when a share was first told
    private TimeSpan _moved;
    private TimeSpan? _ended;

    /// <summary>Begins.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="share">What is done already, in [0, 1]; null: not known.</param>
    public StepClock(TimeProvider time, double? share)
    {
        _time = time;
        _start = time.GetTimestamp();
        (_before, _share) = (share ?? 0, share);
    }

    /// <summary>Time since the beginning, to the end where it has come.</summary>
    public TimeSpan Elapsed => _ended ?? _time.GetElapsedTime(_start);

    public bool HasEnded => _ended is not null;

    /// <summary>About how long it will take; null where it is too early to say.</summary>
    public TimeSpan? Left
    {
        get
        {
            lock (_gate)
            {
                double share = _share ?? 0, seen = share - _before;
                var spent = _moved - _told;
                if (_ended is not null || !(seen >= LeastEvidence * (1 - _before)) || spent <= TimeSpan.Zero)
                {
                    return null;
                }

                // As of the last move, less the time since; a part that takes its time does not bring it to nothing.
                var left = spent * ((1 - share) / seen);
                var since = Elapsed - _moved;
                return since < left / 2 ? left - since : left / 2;
            }
        }
    }

    /// <summary>Moves to what is done.</summary>
    /// <param name="share">In [0, 1]; 1 ends the step; null: not known yet.</param>
    public void Move(double? share)
    {
        lock (_gate)
        {
            if (_share is null && share is { } first)
            {
                (_before, _share, _told) = (first, first, _time.GetElapsedTime(_start));
            }

            if (_ended is null && share > _share)
            {
                (_share, _moved) = (share, _time.GetElapsedTime(_start));
            }

            if (share >= 1)
            {
                _ended ??= _time.GetElapsedTime(_start);
            }
        }
    }

    /// <summary>Both clocks with their names: <c>12 s so far, about 40 s left</c>; of a step that has ended its time.</summary>
    public override string ToString() => HasEnded ? Text(Elapsed)
        : Left is { } left ? $"{Text(Elapsed)} so far, about {About(left)} left"
        : $"{Text(Elapsed)} so far";

    /// <summary>A time to the second, or to the minute where it has hours.</summary>
    public static string Text(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => Invariant($"{time.TotalSeconds:F0} s"),
        { TotalHours: < 1 } => Invariant($"{time.Minutes} min {time.Seconds} s"),
        _ => Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    // No more digits than it deserves.
    private static string About(TimeSpan time) => time switch
    {
        { TotalSeconds: < 9.5 } => Invariant($"{Math.Max(1, time.TotalSeconds):F0} s"),
        { TotalSeconds: < 92.5 } => Invariant($"{5 * Math.Round(time.TotalSeconds / 5):F0} s"),
        { TotalMinutes: < 99.5 } => Invariant($"{time.TotalMinutes:F0} min"),
        _ => Invariant($"{time.TotalHours:F0} h"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
