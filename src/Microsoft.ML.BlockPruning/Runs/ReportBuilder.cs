using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Makes the report of one <c>Fit</c>: compares, measures, counts.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="seed">The seed in use.</param>
/// <param name="images">What was read.</param>
/// <param name="facts">Classes and preprocessing.</param>
internal sealed class ReportBuilder(BlockPruneEstimator.Options options, long seed, CalibrationImages images, NetworkFacts facts)
{
    // A model in a unit of its own has no joules; its budget is then reported by the usual figures.
    private readonly EnergyModel _energy =
        options.Budget.EnergyModel is { PerTileStep: 0 } figures ? figures : new EnergyModel();

    private readonly int _threads = options.NumberOfThreads ?? Environment.ProcessorCount;

    /// <summary>Builds.</summary>
    /// <param name="dense">The dense network.</param>
    /// <param name="pruned">What pruning handed on.</param>
    /// <param name="network">The pruned network as it will score.</param>
    /// <param name="times">The table that a budget of time was met by; null where there is none.</param>
    /// <param name="progress">Asked between steps whether to stop; its clock gives the stages.</param>
    public PruneReport Build(
        NetworkWeights dense, PrunedNetwork pruned, SparseViT network, LatencyConstraint? times, PruneProgressRelay progress)
    {
        var denseNetwork = SparseViT.Create(dense, new SparsityPlan(), network.Preprocessing, network.LabelNames);
        using var denseSession = new SparseViTSession(denseNetwork, _threads);
        using var prunedSession = new SparseViTSession(network, _threads);
        HeldOutComparison.CheckFinite(denseSession, prunedSession, images.Calibration);
        var heldOut = images.HeldOut is { } set
            ? HeldOutComparison.Of(denseSession, prunedSession, set, OriginOfHeldOut, progress.ThrowIfCancelled)
            : null;
        var latency = ReportLatency.TryMeasure(denseSession, prunedSession, network.Plan, _threads, progress.ThrowIfCancelled);
        var outcome = times is null
            ? null
            : LatencyOutcome.TryMeasure(options.Budget.LatencyRequest!, times.Table, denseNetwork, network, progress.ThrowIfCancelled);
        progress.Clock.Lap("Measuring");
        var layers = LayersOf(network, pruned, latency);
        return new PruneReport
        {
            Settings = SettingsOf(pruned, prunedSession.Kernel.Name),
            Network = NetworkOf(network, layers, latency, heldOut),
            Layers = layers,
            Classes = facts.Classes,
            Preprocessing = facts.Preprocessing,
            Stages = progress.Clock.Stages,
            Notes = [.. new ReportNotes(options, images, dense, pruned).All(layers, latency, outcome, prunedSession.Kernel.Name)],
        };
    }

    private string OriginOfHeldOut =>
        options.ValidationSet is null ? HeldOutReport.OfCalibration : HeldOutReport.OfValidationSet;

    private List<LayerReport> LayersOf(SparseViT network, PrunedNetwork pruned, ReportLatency? latency)
    {
        var importances = (pruned.Trace?.Selection.Importances ?? []).ToDictionary(layer => layer.LayerName, StringComparer.Ordinal);
        var layers = new List<LayerReport>();
        var (dense, sparse) = (new NetworkCost(network.Config), new NetworkCost(network.Config, network.WeightFormat));
        foreach (var summary in LayerSummary.Of(network))
        {
            string name = summary.Name;
            var mask = network.Plan[name];
            long elements = (long)summary.OutFeatures * summary.InFeatures;
            long bytes = mask is null
                ? sparse.BytesOf(elements, indices: 0)
                : sparse.BytesOf(mask.KeptElements, mask.KeptBlocks + mask.BlockRows + 1L);
            layers.Add(new LayerReport
            {
                Name = name,
                OutFeatures = summary.OutFeatures,
                InFeatures = summary.InFeatures,
                Block = summary.Block,
                KeptBlocks = summary.KeptBlocks,
                TotalBlocks = summary.TotalBlocks,
                PredictedDistortion = mask is null || !importances.TryGetValue(name, out var rated) ? 0 : rated.SumOfRemoved(mask),
                MeasuredDistortion = DistortionOf(name, pruned),
                Dense = CostOf(summary.DenseMultiplyAdds, dense.BytesOf(elements, indices: 0), latency?.Layers[name].Dense),
                Pruned = CostOf(summary.MultiplyAdds, bytes, latency?.Layers[name].Pruned),
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

        double? passedOver = options.Refit == PruneRefit.None ? null : 0;
        return pruned.Trace.Refit.Outcomes.TryGetValue(layer, out var outcome) ? outcome.Distortion : passedOver;
    }

    private NetworkReport NetworkOf(SparseViT network, List<LayerReport> layers, ReportLatency? latency, HeldOutReport? heldOut)
    {
        var cost = new NetworkCost(network.Config);
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

    private ReportSettings SettingsOf(PrunedNetwork pruned, string kernel)
    {
        var library = typeof(ReportBuilder).Assembly;
        return new ReportSettings
        {
            Network = Path.GetFileName(options.ModelPath),
            Criterion = options.Criterion.ToString(),
            Allocation = options.Allocation.ToString(),
            Refit = options.Refit.ToString(),
            Shots = options.Shots,
            Block = options.Block,
            WeightFormat = options.WeightFormat,
            Budget = options.Budget.ToString(),
            Seed = seed,
            CalibrationImages = images.Calibration.Count,
            Threads = _threads,
            Kernel = kernel,
            EnergyModel = _energy.ToString(),
            LibraryVersion = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            TorchSharpVersion = library.GetReferencedAssemblies().Single(name => name.Name == "TorchSharp").Version!.ToString(),
            Runtime = RuntimeInformation.FrameworkDescription,
            Machine = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
        };
    }
}
