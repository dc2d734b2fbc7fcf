using Microsoft.ML.BlockPruning;

namespace SampleKit;

/// <summary>One thing to time.</summary>
/// <param name="Network">Reads the column Image and writes the column Score.</param>
/// <param name="Batch">1: a prediction engine's single calls; else the batch size that the network was loaded with.</param>
internal sealed record LatencyCase(SparseViTTransformer Network, int Batch);
