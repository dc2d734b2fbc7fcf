namespace Microsoft.ML.BlockPruning.Measurement;

/// <summary>How long a <see cref="LatencyProbe"/> measures.</summary>
/// <param name="Rounds">The lower quartile is of so many at least.</param>
/// <param name="SampleMilliseconds">Least time of one sample: shorter work is repeated that often.</param>
/// <param name="Milliseconds">So long there are more rounds, up to <see cref="MostRounds"/>.</param>
internal readonly record struct ProbeEffort(int Rounds, double SampleMilliseconds, double Milliseconds)
{
    /// <summary>More say no more.</summary>
    public const int MostRounds = 31;

    /// <summary>For a choice that must not hang on disturbed rounds: a quarter of a second, more where seven rounds take more.</summary>
    public static ProbeEffort Choice { get; } = new(7, 1, 250);

    /// <summary>For figures to be read: every layer of DeiT-S in about a second.</summary>
    public static ProbeEffort Report { get; } = new(5, 0.2, 0);
}
