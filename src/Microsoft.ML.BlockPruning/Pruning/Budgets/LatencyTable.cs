namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Milliseconds of a network for one batch, layer by layer, as measured on one machine with one number of threads.</summary>
/// <param name="FixedMilliseconds">All but the layers of <paramref name="Layers"/>.</param>
/// <param name="Layers">The layers that may lose blocks, by name.</param>
internal sealed record LatencyTable(double FixedMilliseconds, IReadOnlyDictionary<string, LatencyCurve> Layers)
{
    public double DenseMilliseconds => FixedMilliseconds + Layers.Values.Sum(layer => layer.Dense);

    /// <summary>Makes a table that two whole networks agree with: the dense one, and the one that keeps no block of these layers.</summary>
    /// <param name="layers">Each layer by itself. Only the shape of a curve counts.</param>
    /// <param name="dense">Milliseconds of the dense network.</param>
    /// <param name="empty">Milliseconds of the network without a block, measured in turn with it.</param>
    /// <remarks>
    /// Layers that are timed by themselves find their weights in the cache, and the machine at another moment: that their times and what
    /// is fixed add up to the network's is not given. So t(layer) = a · t(layer alone), with a · Σ (dense − empty) = dense − empty of the
    /// networks. Where that leaves less than nothing as the fixed part, it is zero and the layers share the dense network's time.
    /// </remarks>
    public static LatencyTable Between(IReadOnlyDictionary<string, LatencyCurve> layers, double dense, double empty)
    {
        double alone = layers.Values.Sum(layer => layer.Dense);
        double saved = layers.Values.Sum(layer => layer.Dense - layer.Empty);
        double factor = saved > 0 && dense > empty ? (dense - empty) / saved : 1;
        factor = Math.Min(factor, dense / alone);
        return new LatencyTable(
            Math.Max(0, dense - (factor * alone)),
            layers.ToDictionary(layer => layer.Key, layer => layer.Value.Times(factor), StringComparer.Ordinal));
    }
}
