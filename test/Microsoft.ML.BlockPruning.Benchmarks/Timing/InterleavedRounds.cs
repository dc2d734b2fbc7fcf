namespace Microsoft.ML.BlockPruning.Benchmarks.Timing;

/// <summary>Times several actions in turn, round after round, so that a drift of the machine's speed meets all of them alike.</summary>
/// <param name="gate">Keeps contended samples out.</param>
/// <param name="rounds">Samples of each action.</param>
/// <param name="sampleSeconds">Least length of one sample.</param>
internal sealed class InterleavedRounds(ContentionGate gate, int rounds, double sampleSeconds)
{
    /// <summary>Median seconds of one call of each action.</summary>
    public double[] Medians(params Action[] actions) => [.. Samples(actions).Select(Median)];

    /// <summary>Seconds of one call, [action][round].</summary>
    public double[][] Samples(params Action[] actions)
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

        return samples;
    }

    public static double Median(double[] values) => Quantile(values, 0.5);

    /// <summary>The value below which a share of the values lies, between two of them by a straight line.</summary>
    public static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : double.Lerp(sorted[below], sorted[below + 1], place - below);
    }

    private int Calibrate(Action action)
    {
        action(); // jitted, packed, cached
        action();
        double once = gate.Sample(action, 1);
        return (int)Math.Clamp(Math.Ceiling(sampleSeconds / once), 1, 1000);
    }
}
