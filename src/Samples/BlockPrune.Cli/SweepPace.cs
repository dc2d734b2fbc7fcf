using System.Globalization;

namespace BlockPrune.Cli;

/// <summary>How fast a sweep goes and how long it will take, from the trials that ran in this process.</summary>
internal sealed class SweepPace(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private int _ran;

    /// <summary>Counts a finished trial; those of the journal took no time.</summary>
    public void Count(bool isFromJournal) => _ran += isFromJournal ? 0 : 1;

    /// <summary>What stands beside the bar.</summary>
    /// <param name="finished">Trials that are finished.</param>
    /// <param name="total">Trials of the sweep; null where that is not known.</param>
    /// <returns>"3/12, 4.1 trials/min, 2:12 left"; less where less is known.</returns>
    public string Describe(int finished, int? total)
    {
        string count = string.Create(CultureInfo.InvariantCulture, $"{finished}/{total?.ToString(CultureInfo.InvariantCulture) ?? "?"}");
        if (_ran == 0)
        {
            return count;
        }

        var each = time.GetElapsedTime(_start) / _ran;
        string rate = string.Create(CultureInfo.InvariantCulture, $"{count}, {60 / each.TotalSeconds:F1} trials/min");
        return total is { } all
            ? string.Create(CultureInfo.InvariantCulture, $"{rate}, {Clock(each * Math.Max(all - finished, 0))} left")
            : rate;
    }

    private static string Clock(TimeSpan left) => left.TotalHours >= 1
        ? left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : left.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
