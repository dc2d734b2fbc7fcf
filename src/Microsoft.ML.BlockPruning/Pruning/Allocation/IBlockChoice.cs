namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>A way to choose the blocks of all layers within the budgets.</summary>
internal interface IBlockChoice
{
    /// <summary>Chooses anew among the blocks that are still allowed; the choice is in <see cref="LayerAllocation.Kept"/>.</summary>
    void Choose();
}
