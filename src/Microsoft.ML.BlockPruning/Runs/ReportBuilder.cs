using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Makes the report of one run: compares, measures, counts.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="dense">The dense network.</param>
/// <param name="images">What was read.</param>
internal sealed class ReportBuilder(PruneRequest request, DenseModel dense, CalibrationImages images)
{
    // A model in a unit of its own has no joules; its budget is then reported by the usual figures.
    private readonly EnergyModel _energy = request.Budget.Energy is { PerTileStep: 0 } figures ? figures : new EnergyModel();

    /// <summary>Compares both networks, measures, and builds.</summary>
    /// <param name="made">What came of the run.</param>
    /// <param name="clock">Has timed the stages.</param>
    /// <param name="onStep">Called between steps; it may throw to cancel.</param>
    public PruneReport Measure(PruneOutcome made, StageClock clock, Action onStep)
    {
        var network = made.Network;
        var denseNetwork = dense.ToNetwork();
        using var denseSession = new SparseViTSession(denseNetwork, request.Threads);
        using var prunedSession = new SparseViTSession(network, request.Threads);
        HeldOutComparison.CheckFinite(denseSession, prunedSession, images.Calibration);
        var heldOut = images.HeldOut is { } set
            ? HeldOutComparison.Of(denseSession, prunedSession, set, OriginOfHeldOut, onStep)
            : null;
        var latency = ReportLatency.TryMeasure(denseSession, prunedSession, network.Plan, request.Threads, onStep);
        var outcome = made.Latency is { } times
            ? LatencyOutcome.TryMeasure(request.Budget.Latency!, times.Table, denseNetwork, network, onStep)
            : null;
        clock.Lap("Measuring");
        return Build(made, heldOut, latency, outcome, prunedSession.Kernel.Name, clock);
    }

    /// <summary>Builds of what has been compared and measured.</summary>
    /// <param name="made">What came of the run.</param>
    /// <param name="heldOut">The two networks on images that pruning did not see; null where there are none.</param>
    /// <param name="latency">The times; null where there was no memory to take them.</param>
    /// <param name="outcome">What came of a budget of time; null where there is none.</param>
    /// <param name="kernel">The compute kernel that scored.</param>
    /// <param name="clock">Has timed the stages.</param>
    public PruneReport Build(
        PruneOutcome made, HeldOutReport? heldOut, ReportLatency? latency, LatencyOutcome? outcome, string kernel, StageClock clock)
    {
        var layers = LayersOf(made.Network, made.Pruned, latency);
        return new PruneReport
        {
            Settings = SettingsOf(kernel, made.Pruned),
            Network = NetworkOf(made.Network, layers, latency, heldOut),
            Layers = layers,
            Classes = dense.Facts.Classes,
            Preprocessing = dense.Facts.Preprocessing,
            Stages = clock.Stages,
            Notes =
            [
                .. new ReportNotes(request, images, dense.Weights, made.Pruned)
                    .All(layers, latency, outcome, kernel, FormatNote.Of(made)),
            ],
        };
    }

    private string OriginOfHeldOut => images.AreSetAside ? HeldOutReport.OfCalibration : HeldOutReport.OfValidationSet;

    private List<LayerReport> LayersOf(SparseViT network, PrunedNetwork pruned, ReportLatency? latency)
    {
        var importances = (pruned.Trace?.Selection.Importances ?? []).ToDictionary(layer => layer.LayerName, StringComparer.Ordinal);
        var (whole, coded) = (new NetworkCost(network.Spec), new NetworkCost(network.Spec, network.WeightFormat));
        var layers = new List<LayerReport>();
        foreach (var layer in network.PrunableLayers)
        {
            var (name, weight) = (layer.Name, layer.Weight);
            var mask = network.Plan[name];
            long elements = (long)weight.Rows * weight.Columns;
            long bytes = mask is null
                ? coded.BytesOf(elements, indices: 0)
                : coded.BytesOf(mask.KeptElements, mask.KeptBlocks + mask.BlockRows + 1L);
            var times = latency?.LayerOf(name) ?? default;
            layers.Add(new LayerReport
            {
                Name = name,
                OutFeatures = weight.Rows,
                InFeatures = weight.Columns,
                Block = weight.Block,
                KeptBlocks = weight.KeptBlocks,
                TotalBlocks = weight.TotalBlocks,
                PredictedDistortion = mask is null || !importances.TryGetValue(name, out var rated) ? 0 : rated.SumOfRemoved(mask),
                MeasuredDistortion = DistortionOf(name, pruned),
                Dense = CostOf(whole.MultiplyAddsOf(name, elements), whole.BytesOf(elements, indices: 0), times.Dense),
                Pruned = CostOf(coded.MultiplyAddsOf(name, weight.KeptElements), bytes, times.Pruned),
            });
        }

        return layers;
    }

    // A layer that a refit passes over is the dense one; where nothing was refitted nothing was measured.
    private double? DistortionOf(string layer, PrunedNetwork pruned)
    {
        if (pruned.Trace is null)
        {
            return 0;
        }

        double? passedOver = request.Refit == PruneRefit.None ? null : 0;
        return pruned.Trace.Refit.Outcomes.TryGetValue(layer, out var outcome) ? outcome.Distortion : passedOver;
    }

    private NetworkReport NetworkOf(SparseViT network, List<LayerReport> layers, ReportLatency? latency, HeldOutReport? heldOut)
    {
        var cost = new NetworkCost(network.Spec);
        return new NetworkReport
        {
            KeptBlocks = layers.Sum(layer => layer.KeptBlocks),
            TotalBlocks = layers.Sum(layer => layer.TotalBlocks),
            PredictedDistortion = layers.Sum(layer => layer.PredictedDistortion),
            Dense = CostOf(cost.TotalMultiplyAdds, cost.DenseBytes, latency?.Dense),
            Pruned = CostOf(network.MultiplyAdds, network.WeightBytes, latency?.Pruned),
            HeldOut = heldOut,
        };
    }

    private CostReport CostOf(long multiplyAdds, long bytes, double? milliseconds) => new()
    {
        MultiplyAdds = multiplyAdds,
        WeightBytes = bytes,
        EnergyMicrojoules = _energy.Picojoules(multiplyAdds, bytes) / 1e6,
        Milliseconds = milliseconds,
    };

    private ReportSettings SettingsOf(string kernel, PrunedNetwork pruned)
    {
        var library = typeof(ReportBuilder).Assembly;
        return new ReportSettings
        {
            Network = request.Network,
            Criterion = request.Criterion.ToString(),
            Allocation = request.Allocation.ToString(),
            Basis = (IsAsItCame(pruned.Dense) ? PruneBasis.Original : request.Basis).ToString(),
            Refit = request.Refit.ToString(),
            Shots = request.Shots,
            Block = request.Block,
            WeightFormat = request.WeightFormat,
            Budget = request.Budget.ToString(),
            Seed = request.Seed,
            CalibrationImages = images.Calibration.Count,
            Threads = request.Threads,
            Kernel = kernel,
            EnergyModel = _energy.ToString(),
            LibraryVersion = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            TorchSharpVersion = library.GetReferencedAssemblies().Single(name => name.Name == "TorchSharp").Version!.ToString(),
            Runtime = RuntimeInformation.FrameworkDescription,
            Machine = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
        };
    }

    // Where every block is kept, and where another basis was not to be had.
    private bool IsAsItCame(NetworkWeights used) =>
        used.Tensors.Zip(dense.Weights.Tensors).All(pair => pair.First.Values.AsSpan().SequenceEqual(pair.Second.Values));
}
