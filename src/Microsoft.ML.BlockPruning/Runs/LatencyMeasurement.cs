using System.Globalization;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Measures a network's layers here and now, and makes the table that pruning reads.</summary>
internal static class LatencyMeasurement
{
    /// <summary>Measures.</summary>
    /// <param name="weights">The dense network.</param>
    /// <param name="preprocessing">What the network reads; only its size matters.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <param name="request">Batch, threads and what to keep.</param>
    /// <param name="onSample">Called before each sample of a network and each layer; it may throw to cancel.</param>
    /// <returns>The table and the limit, for one batch.</returns>
    public static LatencyConstraint Measure(
        NetworkWeights weights, ImagePreprocessing preprocessing, LayerGrids grids, LatencyRequest request, Action onSample)
    {
        var spec = weights.Spec;
        int most = ScoringLimits.FittingBatch(ScoringLimits.BatchSize, spec);
        if (request.BatchSize > most)
        {
            throw new ArgumentException(
                $"A latency at batch {request.BatchSize} cannot be measured: one array holds {most} images of this network.",
                nameof(request));
        }

        double[] networks = TimeNetworks(weights, preprocessing, grids, request, onSample);

        // Layers of one shape share a measurement.
        using var probe = new LatencyProbe(spec, request.BatchSize, request.Threads);
        var measured = new Dictionary<(int Rows, int Columns, BlockShape Block, int Panels), LatencyCurve>();
        var curves = new Dictionary<string, LatencyCurve>(StringComparer.Ordinal);
        foreach (var (name, blocks) in grids.Layers)
        {
            var key = (blocks.Rows, blocks.Columns, blocks.Shape, probe.PanelsOf(name));
            if (!measured.TryGetValue(key, out var curve))
            {
                onSample();
                var (sparse, dense) = probe.Milliseconds(name, blocks);
                curve = new LatencyCurve(sparse, dense);
                measured.Add(key, curve);
            }

            curves.Add(name, curve);
        }

        // What is left is norms, attention, embedding, heads, and what the layers do besides multiplying.
        var table = LatencyTable.Between(curves, networks[0], networks[1]);
        return new LatencyConstraint(table, request.Keep * table.DenseMilliseconds);
    }

    /// <summary>The dense network and the one without a block, in turn.</summary>
    private static double[] TimeNetworks(
        NetworkWeights weights, ImagePreprocessing preprocessing, LayerGrids grids, LatencyRequest request, Action onSample)
    {
        string[] labels = [.. Enumerable.Range(0, weights.Spec.NumClasses).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        using var dense = new SparseViTSession(SparseViT.Create(weights, new SparsityPlan(), preprocessing, labels), request.Threads);
        using var empty = new SparseViTSession(SparseViT.Create(weights, EmptyPlan(grids), preprocessing, labels), request.Threads);
        return LatencyProbe.NetworkMilliseconds([dense, empty], request.BatchSize, ProbeEffort.Choice, onSample);
    }

    private static SparsityPlan EmptyPlan(LayerGrids grids)
    {
        var plan = new SparsityPlan();
        foreach (var (name, blocks) in grids.Layers)
        {
            plan.Add(name, new BlockMask(blocks.Rows, blocks.Columns, blocks.Shape, keepAll: false));
        }

        return plan;
    }
}
