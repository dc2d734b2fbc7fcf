using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>From the names of a trial's choices to what carries them out. Options of the sweep that no trial chooses are in it.</summary>
internal interface ITrialMethod
{
    /// <summary>A new criterion of a name.</summary>
    IBlockCriterion CriterionOf(string name);

    /// <summary>How to prune by a criterion, with the refit of a name.</summary>
    PruneMethod MethodOf(IBlockCriterion criterion, string refit);

    /// <summary>Blocks and floors where the given block is every layer's.</summary>
    LayerRules RulesOf(BlockShape block);

    /// <summary>How to fine-tune for a number of epochs, at least 1.</summary>
    FineTuneOptions FineTuningOf(int epochs);
}
