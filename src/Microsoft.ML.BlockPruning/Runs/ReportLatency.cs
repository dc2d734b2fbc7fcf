using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Milliseconds of one image at batch 1, dense and pruned.</summary>
/// <param name="Dense">The dense network; null where it was not timed beside the pruned one.</param>
/// <param name="Pruned">The pruned network.</param>
/// <param name="Layers">By layer name; empty where they were not timed.</param>
internal sealed record ReportLatency(
    double? Dense, double Pruned, IReadOnlyDictionary<string, (double Dense, double Pruned)> Layers)
{
    /// <summary>The time of a pruned network alone, as a sweep takes it.</summary>
    public static ReportLatency OfPruned(double milliseconds) =>
        new(Dense: null, milliseconds, new Dictionary<string, (double Dense, double Pruned)>());

    /// <summary>A layer's times, dense and pruned; null where it was not timed.</summary>
    public (double? Dense, double? Pruned) LayerOf(string name) =>
        Layers.TryGetValue(name, out var times) ? (times.Dense, times.Pruned) : (null, null);

    /// <summary>Measures; a second or two for DeiT-S.</summary>
    /// <param name="dense">Scores the dense network.</param>
    /// <param name="pruned">Scores the pruned network.</param>
    /// <param name="plan">The masks of the layers that are stored block-sparse.</param>
    /// <param name="threads">Threads that score.</param>
    /// <param name="onSample">Called before each sample of a network and each shape of layers; it may throw to cancel.</param>
    /// <returns>The times; null where there is no memory for the layers beside the networks.</returns>
    public static ReportLatency? TryMeasure(
        SparseViTSession dense, SparseViTSession pruned, SparsityPlan plan, int threads, Action onSample)
    {
        try
        {
            double[] networks = LatencyProbe.NetworkMilliseconds([dense, pruned], batchSize: 1, ProbeEffort.Report, onSample);
            return new ReportLatency(networks[0], networks[1], MeasureLayers(dense.Spec, plan, threads, onSample));
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    // Layers of one shape are timed in turn, beside the dense layer that they share.
    private static Dictionary<string, (double Dense, double Pruned)> MeasureLayers(
        NetworkSpec spec, SparsityPlan plan, int threads, Action onSample)
    {
        using var probe = new LatencyProbe(spec, batchSize: 1, threads, ProbeEffort.Report);
        var times = new Dictionary<string, (double, double)>(StringComparer.Ordinal);
        foreach (var shape in spec.PrunableLinears
            .GroupBy(layer => (layer.OutFeatures, layer.InFeatures, Panels: probe.PanelsOf(layer.Name))))
        {
            onSample();
            var (rows, columns, _) = shape.Key;
            string[] sparse = [.. shape.Select(layer => layer.Name).Where(name => plan[name] is not null)];
            double[] measured = probe.Milliseconds(
                shape.First().Name, [LatencyProbe.Dense(rows, columns), .. sparse.Select(name => plan[name]!)]);
            foreach (var layer in shape)
            {
                int index = Array.IndexOf(sparse, layer.Name);
                times.Add(layer.Name, (measured[0], measured[index + 1]));
            }
        }

        return times;
    }
}
