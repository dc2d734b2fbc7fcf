using System.Diagnostics;

namespace SampleKit;

/// <summary>Times probes in turn, so that a change of the machine's load meets all of them alike.</summary>
internal sealed class LatencyMeter(TimeSpan budget)
{
    private const int MinimumRounds = 5;
    private const int MaximumRounds = 100;

    /// <summary>Times every probe, round after round, until the budget is spent or the samples are plenty.</summary>
    /// <param name="probes">What to time; the first round warms up and is not counted.</param>
    /// <param name="onProgress">Told the fraction that is done.</param>
    /// <param name="cancel">Ends the measurement between two bursts.</param>
    /// <returns>One result per probe.</returns>
    public IReadOnlyList<Latency> Measure(IReadOnlyList<TimedAction> probes, Action<double> onProgress, CancellationToken cancel)
    {
        List<double>[] samples = [.. probes.Select(_ => new List<double>())];
        RunRound(probes, [.. probes.Select(_ => new List<double>())], cancel);
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < MinimumRounds || (round < MaximumRounds && clock.Elapsed < budget); round++)
        {
            double spent = Math.Max(clock.Elapsed / budget, (double)round / MaximumRounds);
            onProgress(Math.Min(spent, (double)round / MinimumRounds)); // below 1: the caller ends the step
            RunRound(probes, samples, cancel);
        }

        return [.. samples.Select(Latency.Of)];
    }

    private static void RunRound(IReadOnlyList<TimedAction> probes, List<double>[] samples, CancellationToken cancel)
    {
        for (int i = 0; i < probes.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var probe = probes[i];
            for (int run = 0; run < probe.Burst; run++)
            {
                long start = Stopwatch.GetTimestamp();
                probe.Run();
                samples[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / probe.Images);
            }
        }
    }
}
