namespace BlockPrune.Cli;

/// <summary>What the kept fractions of a sweep are fractions of.</summary>
internal enum SweepBudget
{
    /// <summary>Multiply-adds.</summary>
    MultiplyAdds,

    /// <summary>Weights and biases.</summary>
    Parameters,

    /// <summary>Bytes of the weights and their indices.</summary>
    Bytes,

    /// <summary>Energy of one image, by the library's model.</summary>
    Energy,

    /// <summary>Milliseconds of one image, measured here.</summary>
    Latency,
}
