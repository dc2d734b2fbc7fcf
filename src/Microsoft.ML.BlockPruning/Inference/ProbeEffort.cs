namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>How long a <see cref="LatencyProbe"/> measures.</summary>
/// <param name="Rounds">The median is of so many; odd.</param>
/// <param name="SampleMilliseconds">Least time of one round: shorter work is repeated that often.</param>
internal readonly record struct ProbeEffort(int Rounds, double SampleMilliseconds)
{
    /// <summary>For a choice that must not hang on one disturbed round.</summary>
    public static ProbeEffort Choice { get; } = new(7, 1);

    /// <summary>For figures to be read: every layer of DeiT-S in about a second.</summary>
    public static ProbeEffort Report { get; } = new(5, 0.2);
}
