using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Timing;

/// <summary>Times an action only while no other process keeps our threads from running.</summary>
/// <remarks>
/// Linux counts how long each thread waited in a run queue (<c>/proc/self/task/*/schedstat</c>, second field, ns). A sample counts where
/// that wait is below 1 % of it; otherwise it is taken again, and after <see cref="MaxTries"/> the fastest is taken and counted as unclean.
/// What cannot be seen from inside a virtual machine (stolen time, shared caches) is not caught; medians over rounds are for that.
/// </remarks>
internal sealed class ContentionGate
{
    private const int MaxTries = 8;
    private const double AllowedWait = 0.01;
    private static readonly bool CanSeeWaits = Directory.Exists("/proc/self/task");

    /// <summary>Samples whose threads ran undisturbed.</summary>
    public int Clean { get; private set; }

    /// <summary>Samples that never came clean.</summary>
    public int Unclean { get; private set; }

    /// <summary>Mean seconds of one call.</summary>
    /// <param name="action">What to time.</param>
    /// <param name="repeats">Calls in one sample.</param>
    public double Sample(Action action, int repeats)
    {
        double best = double.MaxValue;
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            action();
            long waited = WaitedNanoseconds();
            var clock = Stopwatch.StartNew();
            for (int i = 0; i < repeats; i++)
            {
                action();
            }

            double seconds = clock.Elapsed.TotalSeconds;
            best = Math.Min(best, seconds / repeats);
            if ((WaitedNanoseconds() - waited) * 1e-9 <= AllowedWait * seconds)
            {
                Clean++;
                return seconds / repeats;
            }
        }

        Unclean++;
        return best;
    }

    private static long WaitedNanoseconds()
    {
        long sum = 0;
        foreach (string task in CanSeeWaits ? Directory.GetDirectories("/proc/self/task") : [])
        {
            try
            {
                sum += long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread ended between the listing and the reading.
            }
        }

        return sum;
    }
}
