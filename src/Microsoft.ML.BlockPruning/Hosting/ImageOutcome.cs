namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>What became of an image.</summary>
internal enum ImageOutcome
{
    /// <summary>It has scores.</summary>
    Scored,

    /// <summary>It is no image that may be read.</summary>
    Refused,

    /// <summary>The model's fault, or the machine's.</summary>
    Failed,
}
