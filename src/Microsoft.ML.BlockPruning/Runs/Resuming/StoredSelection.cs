using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>Chooses the blocks of a shot once: an earlier run's choice is taken where it has kept one.</summary>
internal sealed class StoredSelection(IBlockSelection selection, StageFiles files) : IBlockSelection
{
    private const string FitKey = "predicted divergence";
    private const string HeldOutKey = "predicted divergence of held-out images";
    private const float Kept = 1;

    public int Passes => selection.Passes;

    public void Check(PruneSettings settings) => selection.Check(settings);

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) =>
        selection.WorkOf(layers, remaining, calibration);

    public BlockSelection Select(CriterionContext context, SelectionTask task, Action onStep)
    {
        files.BeginShot();
        using var found = files.Find(StageFiles.Choice);
        if (found is not null)
        {
            context.Recall(StageWriter.ReadTokenWeights(found, context));
            return Read(found, task.Remaining);
        }

        var choice = selection.Select(context, task, onStep);
        files.Keep(StageFiles.Choice, file =>
        {
            file.AddTokenWeights(context.Layers, context.TokenWeights);
            Add(file, choice);
        });
        files.Forget(StageFiles.Ratings);
        return choice;
    }

    private static void Add(StageWriter file, BlockSelection choice)
    {
        foreach (var (layer, mask) in choice.Plan.Masks)
        {
            float[] kept = new float[mask.TotalBlocks];
            for (int block = 0; block < kept.Length; block++)
            {
                kept[block] = mask[block / mask.BlockColumns, block % mask.BlockColumns] ? Kept : 0;
            }

            file.Add(MaskOf(layer), kept);
        }

        foreach (var layer in choice.Importances)
        {
            StoredRating.Add(file, layer);
        }

        if (choice.Prediction is { } prediction)
        {
            file.Add(FitKey, prediction.Fit);
            file.Add(HeldOutKey, prediction.HeldOut);
        }
    }

    // Layers that a budget of time leaves whole have no mask; a choice that goes by no importances predicts their divergence.
    private static BlockSelection Read(StageFile file, LayerGrids remaining)
    {
        var plan = new SparsityPlan();
        var importances = new List<LayerImportances>();
        foreach (var (layer, blocks) in remaining.Layers)
        {
            if (file.Has(MaskOf(layer)))
            {
                plan.Add(layer, ReadMask(file, layer, blocks));
            }

            if (StoredRating.IsIn(file, layer))
            {
                importances.Add(StoredRating.Read(file, layer, blocks));
            }
        }

        return new BlockSelection(
            plan, importances, importances.Count > 0 ? null : new DivergencePrediction(file.Number(FitKey), file.Number(HeldOutKey)));
    }

    private static BlockMask ReadMask(StageFile file, string layer, BlockMask blocks)
    {
        float[] kept = file.Singles(MaskOf(layer), blocks.TotalBlocks);
        var mask = new BlockMask(blocks.Rows, blocks.Columns, blocks.Shape, keepAll: false);
        for (int block = 0; block < kept.Length; block++)
        {
            mask[block / mask.BlockColumns, block % mask.BlockColumns] = kept[block] == Kept;
        }

        return mask;
    }

    private static string MaskOf(string layer) => $"kept blocks of {layer}";
}
