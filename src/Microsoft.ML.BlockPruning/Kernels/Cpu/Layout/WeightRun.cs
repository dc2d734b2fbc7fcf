namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>Neighbouring input features that a strip of eight output features keeps.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="Count">How many; at least one.</param>
internal readonly record struct WeightRun(int Start, int Count);
