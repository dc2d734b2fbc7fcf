namespace Microsoft.ML.BlockPruning.Benchmarks.Timing;

/// <summary>Times several actions in turn, round after round, so that a drift of the machine's speed meets all of them alike.</summary>
/// <param name="gate">Keeps contended samples out.</param>
/// <param name="rounds">Samples of each action.</param>
/// <param name="sampleSeconds">Least length of one sample.</param>
internal sealed class InterleavedRounds(ContentionGate gate, int rounds, double sampleSeconds)
{
    /// <summary>Median seconds of one call of each action.</summary>
    public double[] Medians(params Action[] actions)
    {
        int[] repeats = [.. actions.Select(Calibrate)];
        double[][] samples = [.. actions.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                samples[i][round] = gate.Sample(actions[i], repeats[i]);
            }
        }

        return [.. samples.Select(Median)];
    }

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private int Calibrate(Action action)
    {
        action(); // jitted, packed, cached
        action();
        double once = gate.Sample(action, 1);
        return (int)Math.Clamp(Math.Ceiling(sampleSeconds / once), 1, 1000);
    }
}
