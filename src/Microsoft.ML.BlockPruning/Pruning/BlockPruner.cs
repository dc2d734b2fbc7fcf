using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Prunes a network once: statistics, importances, allocation, refit. No optimizer step, no fine-tuning.</summary>
internal sealed class BlockPruner
{
    private readonly IBlockCriterion _criterion;

    /// <summary>Creates a pruner.</summary>
    /// <param name="criterion">Rates the blocks; <see cref="ObsPathCriterion"/> where none is given.</param>
    public BlockPruner(IBlockCriterion? criterion = null) => _criterion = criterion ?? new ObsPathCriterion();

    /// <summary>Prunes.</summary>
    /// <param name="dense">The dense network; not changed, whatever happens.</param>
    /// <param name="calibration">Images, and labels where they are to be used instead of sampled ones.</param>
    /// <param name="settings">Blocks, floors, budgets, seed.</param>
    /// <param name="onProgress">
    /// Called after every batch and row strip, from any thread but one at a time. What it throws ends the pruning and comes out of this
    /// call.
    /// </param>
    /// <returns>A network of its own and its plan.</returns>
    /// <exception cref="ArgumentException">
    /// A budget cannot be met, a rule names a layer that is not there, or the images are of another network.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A block is larger than a weight.</exception>
    /// <exception cref="ArithmeticException">A weight, activation or gradient is not finite; the message names where.</exception>
    public PrunedNetwork Prune(
        ViTWeights dense, CalibrationSet calibration, PruneSettings settings, Action<PruneProgress> onProgress)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(onProgress);
        calibration.CheckFits(dense.Config);
        CheckFinite(dense);
        var layers = settings.Layers.LayersOf(dense);
        var allocator = new SparsityAllocator(settings.Constraints, settings.Layers, settings.Latency);
        var grids = settings.Layers.GridsOf(layers);
        allocator.CheckBudget(grids);

        // Where nothing goes the dense weights are the exact answer; to estimate anything would take a minute and change nothing.
        if (allocator.KeepsAll(grids))
        {
            return new PrunedNetwork(dense.Clone(), allocator.WholePlan(grids));
        }

        using var scope = NewDisposeScope();
        var (importances, tokenWeights) = Rate(dense, calibration, layers, grids, settings.Seed, onProgress);
        var allocating = new StageProgress(PruneStage.Allocating, 1, onProgress);
        var plan = allocator.Allocate(importances, UnitCoupling.Of(dense));
        allocating.Step();
        var refit = new WeightRefit(dense, calibration, layers, tokenWeights, plan);
        var refitting = new StageProgress(PruneStage.Refitting, refit.Steps, onProgress);
        var weights = refit.Run(refitting.Step);
        return new PrunedNetwork(weights, plan, new PruneTrace(NameOf(_criterion), importances, refit.Outcomes));
    }

    // What the criterion observed, DeiT-B's 1.2 GB of covariances, is freed on return; the refit needs the token weights only.
    private (IReadOnlyList<LayerImportances> Importances, IReadOnlyList<IReadOnlyList<float[]>> TokenWeights) Rate(
        ViTWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, LayerGrids grids, long seed,
        Action<PruneProgress> onProgress)
    {
        using var scope = NewDisposeScope();
        var calibrating = new StageProgress(PruneStage.Calibrating, calibration.BatchCount * _criterion.Passes, onProgress);
        var scoring = new StageProgress(PruneStage.Scoring, layers.Sum(layer => layer.Blocks.BlockRows), onProgress);
        var context = new CriterionContext(dense, calibration, layers, seed, calibrating.Step, scoring.Step);
        var importances = _criterion.Rate(context).Where(layer => grids.Contains(layer.LayerName)).ToList();
        return (importances, context.TokenWeights);
    }

    private static string NameOf(IBlockCriterion criterion) =>
        criterion.GetType().Name.Replace("Criterion", "", StringComparison.Ordinal);

    private static void CheckFinite(ViTWeights dense)
    {
        foreach (var tensor in dense.Tensors())
        {
            int wrong = Array.FindIndex(tensor.Values, value => !float.IsFinite(value));
            if (wrong >= 0)
            {
                throw new ArithmeticException(
                    $"'{tensor.Name}' holds {tensor.Values[wrong]} at position {wrong}; every weight must be finite.");
            }
        }
    }
}
