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
        onProgress(0);
        var clock = Stopwatch.StartNew();
        RunRound(probes, [.. probes.Select(_ => new List<double>())], cancel);
        var warmUp = clock.Elapsed;
        for (int round = 0; round < MinimumRounds || (round < MaximumRounds && clock.Elapsed - warmUp < budget); round++)
        {
            // The round that warms up is one of them. Below 1: the caller ends the step.
            double spent = Math.Max(clock.Elapsed / (budget + warmUp), (round + 1.0) / (MaximumRounds + 1));
            onProgress(Math.Min(spent, (round + 1.0) / (MinimumRounds + 1)));
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
