namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What accuracy is paid for with.</summary>
public enum TrialCost
{
    /// <summary>Multiply-adds of one image; the same on every machine.</summary>
    MultiplyAdds,

    /// <summary>Bytes of the kept weights and their indices; the same on every machine.</summary>
    Bytes,

    /// <summary>Measured milliseconds of one image; differs from run to run.</summary>
    Milliseconds,
}
