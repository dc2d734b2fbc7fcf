using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>How to prune, whatever the budget: what chooses the blocks, what fits those that stay, in how many shots.</summary>
internal sealed record PruneMethod
{
    /// <summary>Chooses; the default criterion, all blocks in one competition, where none is given.</summary>
    public IBlockSelection Selection { get; init; } = new ImportanceSelection(new ObsPathCriterion(), new SharedScale());

    /// <summary>Makes the refit of one shot; with reconstruction where none is given.</summary>
    public Func<RefitTask, IWeightRefit> Refit { get; init; } = ReconstructionRefit;

    /// <summary>The basis that the network is pruned in; the one that it came in where none is given.</summary>
    public INetworkBasis Basis { get; init; } = new OriginalBasis();

    /// <summary>How often to choose and refit on the way to the budget; at least 1.</summary>
    public int Shots { get; init; } = 1;

    /// <summary>A method that differs from the default by its criterion alone.</summary>
    public static PruneMethod By(IBlockCriterion criterion) =>
        new() { Selection = new ImportanceSelection(criterion, new SharedScale()) };

    /// <summary>The default refit: residual feedback, then each encoder layer trained as a whole.</summary>
    public static IWeightRefit ReconstructionRefit(RefitTask task) => new WeightRefit(task, new LayerReconstruction(task));

    /// <summary>Residual feedback, least squares alone.</summary>
    public static IWeightRefit FeedbackRefit(RefitTask task) => new WeightRefit(task);
}
