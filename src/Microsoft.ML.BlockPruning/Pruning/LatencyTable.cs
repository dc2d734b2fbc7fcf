namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Milliseconds of a network for one batch, layer by layer, as measured on one machine with one number of threads.</summary>
/// <param name="FixedMilliseconds">All but the layers of <paramref name="Layers"/>.</param>
/// <param name="Layers">The layers that may lose blocks, by name.</param>
internal sealed record LatencyTable(double FixedMilliseconds, IReadOnlyDictionary<string, LatencyCurve> Layers)
{
    public double DenseMilliseconds => FixedMilliseconds + Layers.Values.Sum(layer => layer.Dense);
}
