using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>
/// Prunes a network, in one shot or several: basis, statistics, importances, allocation, refit. No fine-tuning.
/// </summary>
/// <remarks>
/// A shot after the first takes its statistics from the network as it stands, pruned and refitted, and chooses among the blocks that are
/// still there. Every refit starts from the dense network and aims at it. Both are in the basis that the first shot began with.
/// </remarks>
internal sealed class BlockPruner
{
    private readonly PruneMethod _method;

    /// <summary>Creates a pruner.</summary>
    /// <param name="method">How to go about it; the defaults where none is given.</param>
    public BlockPruner(PruneMethod? method = null) => _method = method ?? new PruneMethod();

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
    /// A budget cannot be met or is not for this method, a rule names a layer that is not there, or the images are of another network.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A block is larger than a weight.</exception>
    /// <exception cref="ArithmeticException">A weight, activation or gradient is not finite; the message names where.</exception>
    public PrunedNetwork Prune(
        NetworkWeights dense, CalibrationSet calibration, PruneSettings settings, Action<PruneProgress> onProgress)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(onProgress);
        calibration.CheckFits(dense.Spec);
        _method.Selection.Check(settings);
        CheckFinite(dense);
        var layers = settings.Layers.LayersOf(dense);
        var allocator = new SparsityAllocator(settings.Constraints, settings.Layers, settings.Latency);
        var grids = settings.Layers.GridsOf(layers);
        allocator.CheckBudget(grids);

        // Where nothing goes the dense weights are the exact answer; to estimate anything would take a minute and change nothing.
        if (allocator.KeepsAll(grids))
        {
            return new PrunedNetwork(dense.Clone(), allocator.WholePlan(grids)) { Dense = dense };
        }

        var schedule = new ShotSchedule(settings, _method.Shots);
        var pruned = new PrunedNetwork(dense, new SparsityPlan()) { Dense = dense };
        for (int shot = 1; shot <= schedule.Shots; shot++)
        {
            var task = new SelectionTask(grids, schedule[shot], UnitCoupling.Of(dense.Spec));
            var progress = new ShotProgress(shot, schedule.Shots, onProgress);
            using var scope = NewDisposeScope();
            var stages = StagesOf(layers, calibration, task, progress, shot == 1 ? _method.Basis.StepsOf(dense, calibration) : 0);
            if (shot == 1)
            {
                stages.Calibrating.Begin();
                var changed = _method.Basis.Change(dense, calibration, layers, stages.Calibrating.Step);
                pruned = pruned with { Weights = changed.Weights, Dense = changed.Weights, Notes = changed.Notes };
                layers = settings.Layers.LayersOf(pruned.Dense);
            }

            var (choice, tokenWeights) = Select(pruned.Weights, calibration, task, stages);
            var refit = _method.Refit(new RefitTask(pruned.Dense, calibration, layers, tokenWeights, choice.Plan, settings.Seed));
            var refitting = progress.Start(PruneStage.Refitting, refit.Work);
            refitting.Begin(refit.StepsDone);
            var weights = refit.Run(refitting.Step);
            refitting.End();
            pruned = pruned with { Weights = weights, Plan = choice.Plan, Trace = new PruneTrace(choice, refit.Trace) };
            grids = grids.Within(choice.Plan);
        }

        return pruned;
    }

    private SelectionStages StagesOf(
        IReadOnlyList<PrunableLayer> layers, CalibrationSet calibration, SelectionTask task, ShotProgress progress, int basisSteps)
    {
        var selection = _method.Selection;
        var allocating = progress.Start(PruneStage.Allocating, selection.WorkOf(layers, task.Remaining, calibration));
        var scoring = progress.Start(PruneStage.Scoring, RatingOf(layers), allocating);
        return new SelectionStages(
            progress.Start(PruneStage.Calibrating, PassesOf(calibration, selection.Passes, basisSteps), scoring), scoring, allocating);
    }

    // What was observed is freed on return; the refit needs the token weights only.
    private (BlockSelection Choice, IReadOnlyList<IReadOnlyList<float[]>> TokenWeights) Select(
        NetworkWeights network, CalibrationSet calibration, SelectionTask task, SelectionStages stages)
    {
        using var scope = NewDisposeScope();
        var context = new CriterionContext(
            network, calibration, task.Settings.Layers.LayersOf(network), task.Settings.Seed, stages.Calibrating.Step, stages.Scoring.Step);
        stages.Calibrating.Begin();
        var choice = _method.Selection.Select(context, task, stages.Allocating.Step);
        foreach (var stage in (StageProgress[])[stages.Calibrating, stages.Scoring, stages.Allocating])
        {
            stage.End();
        }

        return (choice, context.TokenWeights);
    }

    // A change of basis goes before them: forward alone, over a part of the images.
    private static WorkSchedule PassesOf(CalibrationSet calibration, int passes, int basisSteps)
    {
        var work = new WorkSchedule().Add(basisSteps, calibration.ImagesIn(0) / LayerWork.Backward);
        for (int batch = 0; batch < calibration.BatchCount * passes; batch++)
        {
            work.Add(1, calibration.ImagesIn(batch % calibration.BatchCount));
        }

        return work;
    }

    // As the default criterion has it; the others take no time to speak of, or rate their strips alike.
    private static WorkSchedule RatingOf(IReadOnlyList<PrunableLayer> layers)
    {
        var work = new WorkSchedule();
        foreach (var (layer, group) in layers.SelectMany(layer => layer.Groups.Select(group => (layer, group))))
        {
            work.Add(1, LayerWork.Inverse(layer) + LayerWork.Rating(layer)).Add(group.Strips - 1, LayerWork.Rating(layer));
        }

        return work;
    }

    private static void CheckFinite(NetworkWeights dense)
    {
        foreach (var tensor in dense.Tensors)
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

/// <summary>The stages up to the choice of the blocks.</summary>
internal sealed record SelectionStages(StageProgress Calibrating, StageProgress Scoring, StageProgress Allocating);

/// <summary>Makes the progress of the stages of one shot.</summary>
/// <param name="Shot">Which shot, from 1.</param>
/// <param name="Shots">How many there are.</param>
/// <param name="OnProgress">Who is told; it may throw to cancel.</param>
internal sealed record ShotProgress(int Shot, int Shots, Action<PruneProgress> OnProgress)
{
    public StageProgress Start(PruneStage stage, WorkSchedule work, StageProgress? next = null) => new(
        work, (done, share) => OnProgress(new PruneProgress(stage, done, work.Steps, Shot, Shots) { Share = share }), next);
}
