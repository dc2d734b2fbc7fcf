namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>Networks whose pruning is measured.</summary>
internal enum PruningNetwork
{
    Bundled,
    DeiTS,
    DeiTB,
}
