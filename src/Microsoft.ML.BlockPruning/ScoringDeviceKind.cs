namespace Microsoft.ML.BlockPruning;

/// <summary>The three ways to say where to score.</summary>
internal enum ScoringDeviceKind
{
    Auto,
    Cpu,
    Cuda,
}
