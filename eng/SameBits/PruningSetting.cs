using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace SameBits;

/// <summary>One way to prune. Together they go through every criterion, refit, allocation and every budget that measures no time.</summary>
/// <param name="Name">How the output calls it.</param>
/// <param name="Choose">Sets what differs from the defaults.</param>
internal sealed record PruningSetting(string Name, Action<BlockPruneEstimator.Options> Choose)
{
    public static IReadOnlyList<PruningSetting> All { get; } =
    [
        new("defaults", _ => { }),
        new("magnitude", options =>
        {
            options.Criterion = PruneCriterion.Magnitude;
            options.Refit = PruneRefit.None;
            options.Budget = PruneBudget.Sparsity(0.5);
        }),
        new("taylor-labels", options =>
        {
            options.Criterion = PruneCriterion.Taylor;
            options.Refit = PruneRefit.Feedback;
            options.Budget = PruneBudget.Bytes(0.4);
            options.CalibrationLabels = CalibrationLabels.Column;
        }),
        new("block-fisher-2-shots", options =>
        {
            options.Criterion = PruneCriterion.BlockFisher;
            options.Refit = PruneRefit.LayerByLayer;
            options.Budget = PruneBudget.Parameters(0.4);
            options.Shots = 2;
        }),
        new("interaction-aware", options => options.Allocation = PruneAllocation.InteractionAware),
        new("measured-curves", options =>
        {
            options.Allocation = PruneAllocation.MeasuredCurves;
            options.Refit = PruneRefit.LayerByLayer;
            options.Block = new(32, 32);
        }),
        new("uniform-rules", options =>
        {
            options.Criterion = PruneCriterion.ActivationMagnitude;
            options.Allocation = PruneAllocation.Uniform;
            options.Refit = PruneRefit.Feedback;
            options.Block = new(8, 16);
            options.LayerBlocks = new Dictionary<string, BlockShape> { ["blocks.1.mlp.fc1"] = new(16, 8) };
            options.LayersToKeepDense = ["blocks.0.attn.proj"];
            options.LayerFloor = 0.1;
        }),
        new("two-budgets", options =>
        {
            options.Criterion = PruneCriterion.DiagonalFisher;
            options.Refit = PruneRefit.None;
            options.Budget = PruneBudget.All(PruneBudget.Flops(0.6), PruneBudget.Bytes(0.5));
        }),
        new("mfac-energy", options =>
        {
            options.Criterion = PruneCriterion.Mfac;
            options.Refit = PruneRefit.None;
            options.Budget = PruneBudget.Energy(0.6);
        }),
        new("reconstruction", Plain(PruneCriterion.Reconstruction)),
        new("kfac", Plain(PruneCriterion.KfacObs)),
        new("lpvit", Plain(PruneCriterion.LpvitPaper, images: 48)),
        new("hutchinson", Plain(PruneCriterion.Hutchinson, images: 8)),
        new("fine-tuned", options =>
        {
            options.Criterion = PruneCriterion.Taylor;
            options.Refit = PruneRefit.None;
            options.CalibrationLabels = CalibrationLabels.Column;
            options.FineTuning = new() { Epochs = 1, BatchSize = 32, LabelWeight = 0.5 };
        }),
    ];

    // The slow criteria take few images, which the estimator draws.
    private static Action<BlockPruneEstimator.Options> Plain(PruneCriterion criterion, int? images = null) => options =>
    {
        options.Criterion = criterion;
        options.Refit = PruneRefit.None;
        options.MaximumCalibrationImages = images;
    };
}
