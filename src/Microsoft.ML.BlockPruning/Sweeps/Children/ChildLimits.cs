namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>What a child process may take.</summary>
/// <param name="Memory">Bytes of resident memory above which it is ended; null: no limit.</param>
/// <param name="Processors">
/// Logical processors that its runtime counts, hence threads of its loops; null: those of the machine. No figure depends on it.
/// </param>
internal readonly record struct ChildLimits(long? Memory, int? Processors = null);
